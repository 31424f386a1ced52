import type { Polled } from '../api/use-poll.ts';

/** Whether a screen shows things as they are now. Spoken only when that changes. */
export function Freshness(props: { readonly of: Pick<Polled<unknown>, 'isOld' | 'readAt'> }) {
  const { isOld, readAt } = props.of;
  return (
    <span class={`freshness${isOld ? ' old' : ''}`} role="status">
      {readAt === undefined ? 'Reading' : isOld ? `Old: as of ${timeText(readAt)}. Trying again.` : 'Live'}
    </span>
  );
}

function timeText(at: number): string {
  return new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(
    at,
  );
}
