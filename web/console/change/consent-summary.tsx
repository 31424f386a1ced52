import type { PlanChange, Quote } from '../api/types.ts';
import { goTo } from '../app/location.ts';
import { Button } from '../components/button.tsx';
import { dateText, instantText, moneyText } from '../components/format.ts';
import { Card } from '../components/screen.tsx';
import { LINK_WORDS, linkMailOf } from './consent-link-mail.ts';

/** Beside the words: what is agreed to, until when, and what has become of a link to it. */
export function ConsentSummary(props: {
  readonly change: PlanChange;
  readonly quote: Quote;
  readonly isLive: boolean;
  /** Not where it says more about it itself. */
  readonly tellsLink: boolean;
}) {
  const { change, quote, isLive, tellsLink } = props;
  const mail = tellsLink ? linkMailOf(change, quote) : undefined;
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
        <div>
          <dt>Holds until</dt>
          <dd>{instantText(quote.expiresAt, change.activation.timeZone)} there</dd>
        </div>
      </dl>
      <p class={`live ${isLive ? 'on' : ''}`} role="status">
        {isLive ? 'Following live' : 'Connecting'}
        {mail && `. ${LINK_WORDS[mail.status].title}.`}
      </p>
      <Button look="quiet" onClick={() => goTo(`/changes/${change.planChangeId}`)}>
        Back to the quote
      </Button>
    </Card>
  );
}
