import { useEffect } from 'preact/hooks';
import { isEnded, usePlanChange } from '../api/use-plan-change.ts';
import { goTo } from '../app/location.ts';
import { Button } from '../components/button.tsx';
import { ErrorNotice } from '../components/notice.tsx';
import { Loading, Screen } from '../components/screen.tsx';
import { STATUS_WORDS } from '../components/status-badge.tsx';
import { mayServe } from '../session/rights.ts';
import { ConsentStep } from './consent-step.tsx';
import { followChange } from './customer.ts';
import { QuoteStep } from './quote-step.tsx';
import { ResultStep } from './result-step.tsx';

/** One plan change by its URL, at the step where it is: quote, consent or result. It follows the change live. */
export function ChangeScreen(props: { readonly id: string; readonly wantsConsent: boolean }) {
  const { id, wantsConsent } = props;
  const live = usePlanChange(id);
  const { change } = live;
  const waits = change?.status === 'awaiting_consent' && change.quote !== null;
  useEffect(() => {
    if (change !== undefined) followChange(change, isEnded(change.status));
  }, [change]);
  // A step that is over has no address of its own.
  useEffect(() => {
    if (change !== undefined && !waits && wantsConsent) goTo(`/changes/${id}`, { replace: true });
  }, [change, waits, wantsConsent, id]);

  if (change === undefined && live.error !== undefined) return <NotShown id={id} {...live} />;
  if (change === undefined || change.status === 'quoting') return <Loading what="Reading the change" />;
  return (
    <>
      {waits && change.quote !== null ? (
        wantsConsent && mayServe() ? (
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
    </>
  );
}

function NotShown(props: { readonly id: string; readonly error: unknown; readonly reload: () => void }) {
  return (
    <Screen title="The change is not shown">
      <ErrorNotice error={props.error} retry={props.reload} />
      {mayServe() && (
        <>
          <p>Changes are shown to those who have identified their customer.</p>
          <Button onClick={() => goTo(`/identify?then=/changes/${props.id}`)}>Identify the customer</Button>
        </>
      )}
    </Screen>
  );
}
