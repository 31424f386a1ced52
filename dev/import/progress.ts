export interface Progress {
  /** Bytes of the file read so far. */
  readonly bytes: (read: number, total: number) => void;
  /** Rows dealt with so far; redraws. */
  readonly rows: (done: number) => void;
  readonly done: () => number;
  /** Leaves the line. */
  readonly end: () => void;
}

const WIDTH = 30;

/** One line that redraws itself on a terminal; elsewhere a plain line for every 1,000 rows or so. */
export function createProgress(stream: NodeJS.WriteStream): Progress {
  let share = 0;
  let done = 0;
  let told = 0;
  const draw = (): void => {
    const filled = Math.round(share * WIDTH);
    const bar = '█'.repeat(filled) + '░'.repeat(WIDTH - filled);
    stream.write(`\r${bar} ${percent(share)}  ${done.toLocaleString('en-US')} rows`);
  };
  return {
    bytes(read, total) {
      share = total === 0 ? 1 : Math.min(read / total, 1);
    },
    rows(count) {
      done = count;
      if (stream.isTTY) return draw();
      if (done - told < 1000) return;
      told = done;
      stream.write(`${done.toLocaleString('en-US')} rows, ${percent(share).trim()} of the file read\n`);
    },
    done: () => done,
    end() {
      if (stream.isTTY && done > 0) stream.write('\n');
    },
  };
}

function percent(share: number): string {
  return `${String(Math.floor(share * 100)).padStart(3)} %`;
}
