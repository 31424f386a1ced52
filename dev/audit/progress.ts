import type { AuditProgress } from './audit.ts';

/** For whoever looks for the fault: a database's own words, and so perhaps values of rows. */
export function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** One line that redraws itself on a terminal; elsewhere a plain line for each check. */
export function createProgress(
  stream: NodeJS.WriteStream,
  showStacks: boolean,
): {
  readonly tell: (progress: AuditProgress) => void;
  readonly end: () => void;
} {
  const clear = (): void => {
    if (stream.isTTY) stream.write('\r\u001b[K');
  };
  const draw = (line: string): void => {
    clear();
    if (stream.isTTY) stream.write(line.slice(0, (stream.columns || 80) - 1));
  };
  return {
    tell(progress) {
      switch (progress.kind) {
        case 'reading':
          return draw(`reading histories: ${progress.histories} of ${progress.of}`);
        case 'checking':
          return draw(`${progress.id}  ${progress.title}`);
        case 'failed':
          clear();
          if (showStacks) stream.write(`${progress.id}: ${stackOf(progress.error)}\n`);
          return;
        case 'checked': {
          const { id, looked, findings, failure } = progress.report;
          const line = failure === null ? `${looked} looked at, ${findings.length} found` : 'could not run';
          if (!stream.isTTY) stream.write(`${id}: ${line}\n`);
        }
      }
    },
    end: clear,
  };
}
