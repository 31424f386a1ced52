import { useEffect } from 'preact/hooks';
import { isRefusal } from '../api/follow-plan-change.ts';
import { usePlanChange } from '../api/use-plan-change.ts';
import { goTo } from '../app/location.ts';
import { ErrorNotice } from '../components/notice.tsx';
import { Loading, Screen } from '../components/screen.tsx';
import { STATUS_WORDS } from '../components/status-badge.tsx';
import { mayServe } from '../session/rights.ts';
import { ConsentStep } from './consent-step.tsx';
import { readCustomer } from './customer.ts';
import { Followed } from './followed.ts';
import { IdentifyFirst } from './identify-first.tsx';
import { QuoteStep } from './quote-step.tsx';
import { ResultStep } from './result-step.tsx';

/** One plan change by its URL, at the step where it is: quote, consent or result. It follows the change live. */
export function ChangeScreen(props: { readonly id: string; readonly wantsConsent: boolean }) {
  const { id, wantsConsent } = props;
  const live = usePlanChange(id);
  const { change } = live;
  const waits = change?.status === 'awaiting_consent' && change.quote !== null;
  const status = change?.status;
  // Plan, cycle and open change of the customer move with it.
  useEffect(() => {
    if (status !== undefined) void readCustomer();
  }, [status]);
  // A step that is over has no address of its own.
  useEffect(() => {
    if (change !== undefined && !waits && wantsConsent) goTo(`/changes/${id}`, { replace: true });
  }, [change, waits, wantsConsent, id]);

  const isRefused = isRefusal(live.error);
  if (isRefused && mayServe()) return <IdentifyFirst what="change" customerId={change?.customerId} />;
  if (isRefused || (change === undefined && live.error !== undefined)) return <NotShown {...live} />;
  if (change === undefined || change.status === 'quoting') return <Loading what="Reading the change" />;
  const isConsent = waits && wantsConsent && mayServe();
  return (
    <Followed.Provider value={isConsent ? undefined : live}>
      {waits && change.quote !== null ? (
        isConsent ? (
          <ConsentStep change={change} quote={change.quote} live={live} />
        ) : (
          <QuoteStep change={change} quote={change.quote} live={live} />
        )
      ) : (
        <ResultStep change={change} live={live} />
      )}
      <p class="visually-hidden" role="status">
        {STATUS_WORDS[change.status]}
      </p>
    </Followed.Provider>
  );
}

function NotShown(props: { readonly error: unknown; readonly reload: () => void }) {
  return (
    <Screen title="The change is not shown">
      <ErrorNotice error={props.error} retry={props.reload} />
    </Screen>
  );
}
