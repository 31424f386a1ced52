import { pipeline } from 'node:stream/promises';
import { answerLine } from './prorate-answer.ts';
import { textLines } from './prorate-lines.ts';

/**
 * `npm run --silent prorate`: JSON lines from standard input, one answer line for each in the same order.
 * Exit code 0 when every line was right, else 1.
 */
async function* answers(lines: AsyncIterable<string | undefined>): AsyncGenerator<string> {
  for await (const text of lines) {
    const { line, isRight } = answerLine(text);
    if (!isRight) process.exitCode = 1;
    yield `${line}\n`;
  }
}

try {
  await pipeline(process.stdin, textLines, answers, process.stdout);
} catch (error) {
  process.exitCode = 1;
  // Whoever reads has left (`| head`): nobody is there to be told.
  const isReaderGone = error instanceof Error && 'code' in error && error.code === 'EPIPE';
  if (!isReaderGone) console.error(`prorate: ${error instanceof Error ? error.message : String(error)}`);
}
