import { useState } from 'preact/hooks';
import type { PlanChange, Quote } from '../api/types.ts';
import type { LivePlanChange } from '../api/use-plan-change.ts';
import { goTo } from '../app/location.ts';
import { Button } from '../components/button.tsx';
import { OneOf } from '../components/choices.tsx';
import { dateText, moneyText } from '../components/format.ts';
import { Card, Screen } from '../components/screen.tsx';
import type { ConsentForm } from './consent-form.ts';
import { ConsentLink } from './consent-link.tsx';
import { CustomerBar } from './customer-bar.tsx';
import { EndActions } from './end-actions.tsx';
import { Steps } from './steps.tsx';
import { VerbalConsent } from './verbal-consent.tsx';
import { WrittenConsent } from './written-consent.tsx';

type Method = 'verbal' | 'link' | 'written';

/** Step 4: the customer agrees to exactly this quote. Nothing here applies a change without consent. */
export function ConsentStep(props: {
  readonly change: PlanChange;
  readonly quote: Quote;
  readonly live: LivePlanChange;
}) {
  const { change, quote, live } = props;
  const [method, setMethod] = useState<Method>('verbal');
  const form: ConsentForm = { change, quote, take: live.take };
  return (
    <Screen
      title="Consent"
      lead="Read these words to the customer exactly as they stand. They are made from the quote."
      before={
        <>
          <Steps current="Consent" />
          <CustomerBar customerId={change.customerId} timeZone={change.activation.timeZone} />
        </>
      }
      aside={<Summary change={change} quote={quote} isLive={live.isLive} />}
    >
      <Script quote={quote} />
      <Card title="How does the customer agree?">
        <OneOf
          look="cards"
          legend="How does the customer agree?"
          hideLegend
          value={method}
          onValue={setMethod}
          choices={[
            { value: 'verbal', label: 'On this call', detail: 'The recording is the evidence' },
            { value: 'link', label: 'By a link', detail: 'The customer answers on a page' },
            { value: 'written', label: 'On paper', detail: 'A signed document' },
          ]}
        />
        {method === 'verbal' && <VerbalConsent {...form} />}
        {method === 'link' && <ConsentLink {...form} />}
        {method === 'written' && <WrittenConsent {...form} />}
      </Card>
      <EndActions change={change} take={live.take} />
    </Screen>
  );
}

function Script({ quote }: { readonly quote: Quote }) {
  return (
    <figure class="script">
      <figcaption>Read aloud · version {quote.script.version}</figcaption>
      <blockquote tabIndex={0} aria-label="Words to read aloud">
        {quote.script.text.split('\n').map((sentence, index) => (
          <p key={index}>{sentence}</p>
        ))}
      </blockquote>
    </figure>
  );
}

function Summary(props: { readonly change: PlanChange; readonly quote: Quote; readonly isLive: boolean }) {
  const { change, quote } = props;
  return (
    <Card title="This quote" class="summary">
      <dl class="facts">
        <div>
          <dt>From</dt>
          <dd>{change.from.planName}</dd>
        </div>
        <div>
          <dt>To</dt>
          <dd>{change.to?.planName}</dd>
        </div>
        <div>
          <dt>Starts</dt>
          <dd>{dateText(quote.effectiveDate)}</dd>
        </div>
        <div>
          <dt>Due</dt>
          <dd class="amount">{moneyText(quote.dueNow)}</dd>
        </div>
        <div>
          <dt>Next bill</dt>
          <dd class="amount">{moneyText(quote.nextBill.amount)}</dd>
        </div>
      </dl>
      <p class={`live ${props.isLive ? 'on' : ''}`} role="status">
        {props.isLive ? 'Following live' : 'Connecting'}
      </p>
      <Button look="quiet" onClick={() => goTo(`/changes/${change.planChangeId}`)}>
        Back to the quote
      </Button>
    </Card>
  );
}
