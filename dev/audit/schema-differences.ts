/** A kind of statement of db/schema.sql, and what it is about: statements about the same thing are compared. */
const SUBJECTS: readonly (readonly [pattern: RegExp, subject: string])[] = [
  [/^CREATE EXTENSION (\S+);/, 'the extension $1'],
  [/^CREATE TYPE (\S+) /, 'the type $1'],
  [/^CREATE (?:UNLOGGED )?TABLE (\S+) /, 'the table $1'],
  [/^ALTER TABLE (\S+) ADD CONSTRAINT (\S+) /, 'the constraint $2 of $1'],
  [/^CREATE (?:UNIQUE )?INDEX (\S+) /, 'the index $1'],
  [/^CREATE VIEW (\S+) /, 'the view $1'],
  [/^CREATE OR REPLACE (?:FUNCTION|PROCEDURE) (?:public\.)?(.+)\n/, 'the function $1'],
  [/^CREATE (?:CONSTRAINT )?TRIGGER (\S+) .* ON (?:public\.)?(\S+) /, 'the trigger $1 of $2'],
  [/^GRANT .+ ON (.+) TO (\S+);$/, 'what $2 may do with $1'],
];

/** More than the migrations make, and no harm: what makes queries quicker or brings functions along. */
const HARMLESS = /^CREATE (INDEX|EXTENSION) /;

/** The statements of db/schema.sql. A function's body never has a statement after an empty line. */
export function readStatements(schema: string): string[] {
  return schema
    .trimEnd()
    .split(/\n\n(?=(?:CREATE|ALTER|GRANT) )/)
    .slice(1);
}

/**
 * What a schema has other than it should, one sentence for each table, constraint, index, function, trigger and
 * role's rights; spaces and line ends do not count.
 */
export function schemaDifferences(expected: readonly string[], found: readonly string[]): string[] {
  const should = bySubject(expected);
  const is = bySubject(
    found.filter((statement) => !HARMLESS.test(statement) || expected.includes(statement)),
  );
  return [...new Set([...should.keys(), ...is.keys()])].flatMap((subject) => {
    const [wanted, got] = [should.get(subject), is.get(subject)];
    if (got === undefined) return [`${subject} is missing: ${brief(wanted)}`];
    if (wanted === undefined) return [`${subject} is not of the migrations: ${brief(got)}`];
    return flat(wanted) === flat(got)
      ? []
      : [`${subject} is not as the migrations make it: ${change(wanted, got)}`];
  });
}

function bySubject(statements: readonly string[]): Map<string, string> {
  const subjects = new Map<string, string>();
  for (const statement of statements) {
    const subject = subjectOf(statement.trim());
    const before = subjects.get(subject);
    subjects.set(subject, before === undefined ? statement.trim() : `${before}\n${statement.trim()}`);
  }
  return subjects;
}

function subjectOf(statement: string): string {
  for (const [pattern, subject] of SUBJECTS) {
    const [matched] = pattern.exec(statement) ?? [];
    if (matched !== undefined) return matched.replace(pattern, subject);
  }
  return statement.split('\n', 1)[0] ?? '';
}

function flat(statement: string): string {
  return statement.replaceAll(/\s+/g, ' ');
}

/** The first line that differs, as it is and as it should be. */
function change(wanted: string, got: string): string {
  const should = wanted.split('\n').map(flat);
  const is = got.split('\n').map(flat);
  const at = is.findIndex((line, index) => line !== should[index]);
  const line = at === -1 ? is.length : at;
  return `${quoted(is[line])} instead of ${quoted(should[line])}`;
}

function brief(statement = ''): string {
  return quoted(statement.split('\n', 1)[0]);
}

function quoted(line: string | undefined): string {
  return line === undefined ? 'nothing' : `"${line.trim()}"`;
}
