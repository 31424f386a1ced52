import { STATUS_CODES } from 'node:http';
import { styleText } from 'node:util';
import type { Answer } from './api-client.ts';

const INDENT = '   ';
const LONGEST_BODY = 100;
const LONGEST_VALUE = 36;

/** Tells a person what happens. Colours only where standard output is a terminal. */
export interface Teller {
  title(text: string): void;
  step(number: number, title: string): void;
  /** A request, its status, and what came of it in words. */
  answer(answer: Answer<unknown>, ...words: readonly string[]): void;
  say(...words: readonly string[]): void;
  table(rows: readonly (readonly [string, string])[]): void;
}

export function createTeller(print: (line: string) => void): Teller {
  const say = (...words: readonly string[]): void => {
    for (const line of words) print(`${INDENT}${line}`);
  };
  return {
    title(text) {
      print(styleText('bold', text));
    },
    step(number, title) {
      print('');
      print(styleText('bold', `${number}  ${title}`));
    },
    answer({ method, path, sent, status }, ...words) {
      say(styleText('cyan', `${method} ${path}`));
      if (sent !== undefined) say(styleText('gray', shortened(sent)));
      say(styleText('green', `${status} ${STATUS_CODES[status] ?? ''}`.trimEnd()), ...words);
    },
    say,
    table(rows) {
      const width = Math.max(...rows.map(([name]) => name.length));
      print('');
      for (const [name, value] of rows) say(`${name.padEnd(width)}  ${value}`);
    },
  };
}

/** Plays without a word. */
export const SILENT = createTeller(() => undefined);

/** A body as JSON on one line: long values and a long whole are cut. */
export function shortened(body: unknown): string {
  const text = JSON.stringify(body, (_key, value: unknown) =>
    typeof value === 'string' ? clip(value, LONGEST_VALUE) : value,
  );
  return clip(text, LONGEST_BODY);
}

export function clip(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}
