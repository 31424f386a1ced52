import { useEffect } from 'preact/hooks';
import { zoneForPeople } from '../../../domain/zone-for-people.ts';
import { hasCode } from '../api/errors.ts';
import type { Page, PlanChange, Statement } from '../api/types.ts';
import { blockingError, usePoll } from '../api/use-poll.ts';
import { goTo } from '../app/location.ts';
import { customer, identificationFor, identifyFirst } from '../change/customer.ts';
import { IdentifyFirst } from '../change/identify-first.tsx';
import { Button } from '../components/button.tsx';
import { Freshness } from '../components/freshness.tsx';
import { ErrorNotice } from '../components/notice.tsx';
import { Card, Loading, Screen } from '../components/screen.tsx';
import { mayServe } from '../session/rights.ts';
import { session } from '../session/sign-in-gate.ts';
import { ChangesCard } from './changes-card.tsx';
import { NotesCard } from './notes-card.tsx';
import { PlanHistory } from './plan-history.tsx';
import { planPeriods } from './plan-periods.ts';
import { StatementCard } from './statement-card.tsx';
import { useNotes } from './use-notes.ts';

const EVERY_MS = 6_000;
/** Money moves with the status of a change; this is for what was missed. */
const STATEMENT_EVERY_MS = 30_000;
const CHANGES = 100;

/** What is on record for a customer: plans, changes, money and notes, followed as they change. */
export function AccountScreen({ customerId }: { readonly customerId: string }) {
  const account = `/v1/customers/${customerId}`;
  const maySeeMoney = session.value?.role !== 'ops';
  const notes = useNotes(customerId);
  const changes = usePoll<Page<PlanChange>>(`${account}/plan-changes?limit=${CHANGES}`, EVERY_MS);
  const statement = usePoll<Statement>(maySeeMoney ? `${account}/statement` : undefined, STATEMENT_EVERY_MS);
  const standing = changes.data?.items.map(({ status }) => status).join();
  const { reload } = statement;
  useEffect(reload, [standing, reload]);
  const missing = [changes, notes.newest, statement].find(({ error }) => hasCode(error, 'not-found'));
  if (missing !== undefined)
    return mayServe() ? (
      <IdentifyFirst what="account" customerId={customerId} />
    ) : (
      <NotShown error={missing.error} />
    );

  const known = customer.value?.customer.customerId === customerId ? customer.value : undefined;
  const items = changes.data?.items;
  const timeZone = known?.customer.timeZone ?? items?.[0]?.activation.timeZone;
  return (
    <Screen
      title={known?.customer.fullName ?? 'Account'}
      lead={
        <>
          {known ? (
            <>
              Account <span class="mono">{known.customer.accountNumber}</span>,{' '}
            </>
          ) : (
            !mayServe() && (
              <>
                Customer <code>{customerId}</code>,{' '}
              </>
            )
          )}
          {timeZone !== undefined && `times in ${zoneForPeople(timeZone)}. `}
          <Freshness
            of={{
              readAt: notes.newest.readAt,
              isOld: notes.newest.isOld || changes.isOld || statement.isOld,
            }}
          />
        </>
      }
    >
      {mayServe() && identificationFor(customerId) !== undefined && (
        <div class="actions">
          <Button look="secondary" onClick={() => goTo('/identify')}>
            Change the plan
          </Button>
        </div>
      )}
      {mayServe() && identificationFor(customerId) === undefined && (
        <div class="actions">
          <Button look="secondary" onClick={() => identifyFirst()}>
            Identify the customer
          </Button>
        </div>
      )}
      {items === undefined && changes.error === undefined && (
        <Card title="Plan history">
          <Loading what="Reading the account" />
        </Card>
      )}
      <ErrorNotice error={blockingError(changes)} retry={changes.reload} />
      {items !== undefined && (
        <PlanHistory periods={planPeriods(items, known?.subscription)} timeZone={timeZone} />
      )}
      <div class="account-columns">
        <NotesCard customerId={customerId} account={notes} timeZone={timeZone} />
        <div class="stack account-side">
          {items !== undefined && <ChangesCard changes={items} hasMore={changes.data?.nextCursor !== null} />}
          {maySeeMoney ? (
            <StatementCard statement={statement} />
          ) : (
            <Card title="Statement">
              <p class="hint">Agents, supervisors and auditors see the statement.</p>
            </Card>
          )}
        </div>
      </div>
    </Screen>
  );
}

function NotShown(props: { readonly error: unknown }) {
  return (
    <Screen title="The account is not shown">
      <ErrorNotice error={props.error} />
    </Screen>
  );
}
