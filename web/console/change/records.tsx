import type { PlanChange } from '../api/types.ts';
import { Card } from '../components/screen.tsx';

/** Where the change is on record. */
export function Records({ change }: { readonly change: PlanChange }) {
  return (
    <Card title="On record">
      <dl class="facts">
        <div>
          <dt>Change</dt>
          <dd>
            <code>{change.planChangeId}</code>
          </dd>
        </div>
        {change.quote && (
          <div>
            <dt>{change.consent === null ? 'Quote, not agreed to' : 'Quote agreed to'}</dt>
            <dd>
              <code class="hash">{change.quote.hash.slice(0, 12)}</code>
            </dd>
          </div>
        )}
        {change.quote && (
          <div>
            <dt>Terms</dt>
            <dd>
              <a
                href={`/v1/terms/${encodeURIComponent(change.quote.terms.version)}`}
                target="_blank"
                rel="noreferrer"
              >
                Version {change.quote.terms.version}
              </a>
            </dd>
          </div>
        )}
      </dl>
      <p class="record-link">
        <a href={change.temporal.url} target="_blank" rel="noreferrer">
          Workflow in the Temporal UI
        </a>
      </p>
    </Card>
  );
}
