import { useState } from 'preact/hooks';
import type { PlanChange, Quote } from '../api/types.ts';
import { useMessage } from '../api/use-message.ts';
import type { LivePlanChange } from '../api/use-plan-change.ts';
import { goTo } from '../app/location.ts';
import { Button } from '../components/button.tsx';
import { Screen } from '../components/screen.tsx';
import { mayServe } from '../session/rights.ts';
import { CommonQuestions } from './common-questions.tsx';
import { CustomerBar } from './customer-bar.tsx';
import { EndActions } from './end-actions.tsx';
import { ExpiredQuote, type NoBody } from './expired-quote.tsx';
import { QuoteFigures } from './quote-figures.tsx';
import { Steps } from './steps.tsx';
import { Timing, type TimingStage } from './timing.tsx';
import { useExpiry } from './use-expiry.ts';

/** Step 3: what it costs and when it starts; any other choice makes a new quote at once. */
export function QuoteStep(props: {
  readonly change: PlanChange;
  readonly quote: Quote;
  readonly live: LivePlanChange;
}) {
  const { change, quote, live } = props;
  const { planChangeId } = change;
  const [timing, setTiming] = useState<TimingStage>('quoted');
  const requote = useMessage<NoBody>(change, 'requote', live.take);
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
      {isExpired && <ExpiredQuote requote={requote} />}
      <div
        class={timing !== 'quoted' || requote.busy ? 'figures-area stale' : 'figures-area'}
        aria-busy={timing === 'quoting' || requote.busy}
      >
        <QuoteFigures change={change} quote={quote} />
      </div>
      {serving && <Timing change={change} take={live.take} onStage={setTiming} />}
      {serving && (
        <div class="actions">
          <Button
            disabled={isExpired || timing !== 'quoted'}
            onClick={() => goTo(`/changes/${planChangeId}/consent`)}
          >
            Go on to consent
          </Button>
          <Button
            look="secondary"
            onClick={() => goTo(`/options?replaces=${planChangeId}&customer=${change.customerId}`)}
          >
            Choose another plan
          </Button>
        </div>
      )}
      <EndActions change={change} take={live.take} />
    </Screen>
  );
}
