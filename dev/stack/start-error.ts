/** A failure that the person who ran `npm start` can act on: one sentence, and what to do about it. */
export class StartError extends Error {
  override readonly name = 'StartError';
  readonly advice: string;
  /** 2: it could be done, and is refused. */
  readonly exitCode: 1 | 2;

  constructor(problem: string, advice: string, options: ErrorOptions & { exitCode?: 1 | 2 } = {}) {
    super(problem, options);
    this.advice = advice;
    this.exitCode = options.exitCode ?? 1;
  }
}

export function diskFull(place: string, cause?: unknown): StartError {
  return new StartError(
    `The disk is full: nothing more can be written under ${place}.`,
    'Free some space (a first start needs about 250 MB), or choose another place with DATA_DIR, and start again.',
    { cause },
  );
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return codeOf(error.cause);
}

/**
 * Turns any failure into a sentence and an advice. `place` is the folder that was being written to, named when
 * the disk is full or the folder is not ours to write.
 */
export function explainFailure(error: unknown, place: string): StartError {
  if (error instanceof StartError) return error;
  const code = codeOf(error);
  const text = error instanceof Error ? error.message : String(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') return diskFull(place, error);
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new StartError(
      `${place} cannot be written: ${text}.`,
      'Choose a folder that you may write to with DATA_DIR, or mend its permissions.',
      { cause: error },
    );
  }
  return new StartError(text, 'Set DEBUG=1 to see where this comes from.', { cause: error });
}

/** The same for what a child process left in its log. undefined when the log names no known cause. */
export function explainLog(text: string, place: string): StartError | undefined {
  if (/no space left on device|ENOSPC|disk quota exceeded|database or disk is full/i.test(text)) {
    return diskFull(place);
  }
  return undefined;
}
