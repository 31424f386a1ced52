import type { FamilyName } from '../family.ts';

/** One line made wrong. `from` stands exactly once in the file. */
export interface SeededBug {
  readonly name: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** The family of the campaign that must notice, or the test file where no family comes. */
  readonly by: FamilyName | `test/${string}`;
  /**
   * What must notice: checks of the campaign, `undone` for "less was done than asked for", `start` for a system that
   * does not start; of a test file the beginning or a part of the full title of a test. One of them is enough.
   * What else notices is told and does not count.
   */
  readonly expect: readonly string[];
}
