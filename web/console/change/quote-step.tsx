import { useEffect, useState } from 'preact/hooks';
import { post } from '../api/request.ts';
import type { PlanChange, Quote } from '../api/types.ts';
import { useAction } from '../api/use-action.ts';
import type { LivePlanChange } from '../api/use-plan-change.ts';
import { goTo } from '../app/location.ts';
import { Button } from '../components/button.tsx';
import { ErrorNotice, Notice } from '../components/notice.tsx';
import { Screen } from '../components/screen.tsx';
import { mayServe } from '../session/rights.ts';
import { CommonQuestions } from './common-questions.tsx';
import { CustomerBar } from './customer-bar.tsx';
import { EndActions } from './end-actions.tsx';
import { QuoteFigures } from './quote-figures.tsx';
import { Steps } from './steps.tsx';
import { Timing } from './timing.tsx';

/** Step 3: what it costs and when it starts; any other choice makes a new quote at once. */
export function QuoteStep(props: {
  readonly change: PlanChange;
  readonly quote: Quote;
  readonly live: LivePlanChange;
}) {
  const { change, quote, live } = props;
  const { planChangeId } = change;
  const [isRequoting, setRequoting] = useState(false);
  const requote = useAction(
    (_: null, key) => post<PlanChange>(`/v1/plan-changes/${planChangeId}/requote`, {}, key),
    live.take,
  );
  const isExpired = useExpiry(quote.expiresAt);
  const serving = mayServe();
  return (
    <Screen
      title="Quote"
      lead="Tell the customer what changes, what it costs and when it starts."
      before={
        <>
          <Steps current="Quote" />
          <CustomerBar customerId={change.customerId} timeZone={change.activation.timeZone} />
        </>
      }
      aside={<CommonQuestions />}
    >
      {isExpired && (
        <Notice
          tone="warning"
          title="This quote has expired"
          actions={
            serving && (
              <Button busy={requote.busy} onClick={() => requote.run(null)}>
                Make a new quote
              </Button>
            )
          }
        >
          <p>Prices and days may differ in a new one. Nothing was changed or charged.</p>
        </Notice>
      )}
      <ErrorNotice error={requote.error} retry={requote.retry} />
      <div
        class={isRequoting || requote.busy ? 'figures-area stale' : 'figures-area'}
        aria-busy={isRequoting}
      >
        <QuoteFigures change={change} quote={quote} />
      </div>
      {serving && <Timing change={change} take={live.take} onBusy={setRequoting} />}
      {serving && (
        <div class="actions">
          <Button
            disabled={isExpired || isRequoting}
            onClick={() => goTo(`/changes/${planChangeId}/consent`)}
          >
            Go on to consent
          </Button>
          <Button look="secondary" onClick={() => goTo(`/options?replaces=${planChangeId}`)}>
            Choose another plan
          </Button>
        </div>
      )}
      <EndActions change={change} take={live.take} />
    </Screen>
  );
}

/** Whether an instant is past, as the clock here goes on; the server judges by its own. */
function useExpiry(expiresAt: string): boolean {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), 15_000);
    return () => window.clearInterval(timer);
  }, []);
  return Date.parse(expiresAt) <= now;
}
