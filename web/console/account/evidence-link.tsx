import { ApiProblem, ConnectionLost } from '../api/errors.ts';
import { fetchOnce, read } from '../api/request.ts';
import { useAction } from '../api/use-action.ts';

/** Saves the proof bundle of a change as a file. An error is told here, not on a page without a way back. */
export function EvidenceLink({ planChangeId }: { readonly planChangeId: string }) {
  const action = useAction(
    () => bundleOf(planChangeId),
    (file) => save(file, `plan-change-${planChangeId}.html`),
  );
  return (
    <span class="evidence">
      <button
        type="button"
        class="link-button"
        aria-disabled={action.busy ? true : undefined}
        onClick={() => action.run(null)}
      >
        Evidence<span class="visually-hidden"> bundle of change {planChangeId.slice(0, 8)}</span>
      </button>
      {action.error !== undefined && (
        <span class="field-error" role="alert">
          {reasonOf(action.error)}
        </span>
      )}
    </span>
  );
}

async function bundleOf(planChangeId: string): Promise<Blob> {
  const response = await fetchOnce(`/v1/plan-changes/${planChangeId}/evidence`, {
    headers: { accept: 'text/html' },
  });
  if (response === undefined) throw new ConnectionLost();
  if (!response.ok) return read<never>(response);
  return response.blob();
}

function save(file: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

function reasonOf(error: unknown): string {
  if (error instanceof ApiProblem)
    return error.problem.status === 404 ? 'There is no evidence bundle for it.' : error.message;
  return 'No connection. Try again.';
}
