import type { PlanChange } from '../api/types.ts';
import { Link } from '../app/link.tsx';
import { dateText } from '../components/format.ts';
import { Card } from '../components/screen.tsx';
import { StatusBadge } from '../components/status-badge.tsx';
import { session } from '../session/sign-in-gate.ts';
import { EvidenceLink } from './evidence-link.tsx';

/** Every change of the account, newest first. */
export function ChangesCard(props: { readonly changes: readonly PlanChange[]; readonly hasMore: boolean }) {
  const role = session.value?.role;
  const mayHaveEvidence = role === 'supervisor' || role === 'auditor';
  return (
    <Card title="Plan changes">
      {props.changes.length === 0 ? (
        <p class="empty">No change was asked for yet.</p>
      ) : (
        <ul class="account-changes">
          {props.changes.map(({ planChangeId, status, from, to, activation }) => (
            <li key={planChangeId}>
              <Link to={`/changes/${planChangeId}`} class="account-change">
                {from.planName} to {to?.planName ?? 'another plan'}
              </Link>
              <StatusBadge status={status} />
              <span class="hint">
                {activation.date === null ? 'no date' : `for ${dateText(activation.date)}`} ·{' '}
                <span class="mono">{planChangeId.slice(0, 8)}</span>
              </span>
              {mayHaveEvidence && <EvidenceLink planChangeId={planChangeId} />}
            </li>
          ))}
        </ul>
      )}
      {props.hasMore && <p class="hint">Older changes are in the notes.</p>}
    </Card>
  );
}
