import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { hasCode } from '../api/errors.ts';
import type { Consent, PlanChange, Quote } from '../api/types.ts';
import { useMessage } from '../api/use-message.ts';
import type { LivePlanChange } from '../api/use-plan-change.ts';
import { OneOf } from '../components/choices.tsx';
import { Card, Screen } from '../components/screen.tsx';
import { useConsentDraft } from './consent-draft.ts';
import type { ConsentForm } from './consent-form.ts';
import { linkMailOf } from './consent-link-mail.ts';
import { ConsentLink } from './consent-link.tsx';
import { ConsentScript } from './consent-script.tsx';
import { ConsentSummary } from './consent-summary.tsx';
import { customer } from './customer.ts';
import { CustomerBar } from './customer-bar.tsx';
import { EndActions } from './end-actions.tsx';
import { ExpiredQuote, type NoBody } from './expired-quote.tsx';
import { Steps } from './steps.tsx';
import { useExpiry } from './use-expiry.ts';
import { VerbalConsent } from './verbal-consent.tsx';
import { WrittenConsent } from './written-consent.tsx';

/** Step 4: the customer agrees to exactly this quote. Nothing here applies a change without consent. */
export function ConsentStep(props: {
  readonly change: PlanChange;
  readonly quote: Quote;
  readonly live: LivePlanChange;
}) {
  const { change, quote, live } = props;
  const { take } = live;
  const { planChangeId, customerId } = change;
  const known = customer.value?.customer;
  const { draft, edit, renew } = useConsentDraft(planChangeId, quote, {
    method: linkMailOf(change, quote) === undefined ? 'verbal' : 'link',
    signedBy: known?.customerId === customerId ? known.fullName : '',
  });
  const consent = useMessage<Consent>(change, 'consent', take);
  const showNew = (other: Quote): void => {
    consent.clear();
    renew(other);
  };
  const requote = useMessage<NoBody>(change, 'requote', (fresh) => {
    take(fresh);
    if (fresh.quote !== null && fresh.quote.hash !== draft.quote.hash) showNew(fresh.quote);
  });

  const words = useRef<HTMLQuoteElement>(null);
  const shownFirst = useRef(draft.quote.hash);
  useLayoutEffect(() => {
    if (shownFirst.current !== draft.quote.hash) words.current?.focus();
    shownFirst.current = draft.quote.hash;
  }, [draft.quote.hash]);

  // Another quote than the one on the screen: what was ticked and is about to be sent is not about that one.
  const isBehind = quote.hash !== draft.quote.hash;
  const toNew = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!isBehind) return;
    edit({ isAnnounced: false });
    toNew.current?.scrollIntoView({ block: 'nearest' });
  }, [isBehind, edit]);
  const isOver = useExpiry(draft.quote.expiresAt) || hasCode(consent.error, 'quote-expired');

  const form: ConsentForm = {
    change,
    quote: draft.quote,
    isBehind,
    pointToNew: () => toNew.current?.querySelector('button')?.focus(),
    take,
    draft,
    edit,
    consent,
  };
  return (
    <Screen
      title="Consent"
      lead="Read these words to the customer exactly as they stand. They are made from the quote."
      before={
        <>
          <Steps current="Consent" />
          <CustomerBar customerId={customerId} timeZone={change.activation.timeZone} />
        </>
      }
      aside={
        <ConsentSummary
          change={change}
          quote={draft.quote}
          isLive={live.isLive}
          tellsLink={draft.method !== 'link'}
        />
      }
    >
      <ConsentScript
        quote={draft.quote}
        words={words}
        toNew={toNew}
        onNew={isBehind ? () => showNew(quote) : undefined}
      />
      {isOver && !isBehind && <ExpiredQuote requote={requote} />}
      <Card title="How does the customer agree?">
        <OneOf
          look="cards"
          legend="How does the customer agree?"
          hideLegend
          value={draft.method}
          onValue={(method) => {
            if (!consent.isLost) consent.clear();
            edit({ method });
          }}
          choices={[
            { value: 'verbal', label: 'On this call', detail: 'The recording is the evidence' },
            { value: 'link', label: 'By a link', detail: 'The customer answers on a page' },
            { value: 'written', label: 'On paper', detail: 'A signed document' },
          ]}
        />
        {draft.method === 'verbal' && <VerbalConsent {...form} />}
        {draft.method === 'link' && <ConsentLink {...form} />}
        {draft.method === 'written' && <WrittenConsent {...form} />}
      </Card>
      <EndActions change={change} take={take} />
    </Screen>
  );
}
