import { zoneForPeople } from '../../../domain/zone-for-people.ts';
import type { Money, PlanChange, Quote } from '../api/types.ts';
import { Amount, Price } from '../components/amount.tsx';
import { dateText, instantText, isZero, moneyText, shortDateText } from '../components/format.ts';
import { Card } from '../components/screen.tsx';

/** The quote: current → new, the figures that matter, and every line on demand. */
export function QuoteFigures(props: { readonly change: PlanChange; readonly quote: Quote }) {
  const { change, quote } = props;
  const { from, to, activation } = change;
  const { timeZone } = activation;
  const today = activation.when === 'immediately';
  return (
    <Card class="quote">
      <div class="from-to">
        <div>
          <p class="from-to-label">Current plan</p>
          <p class="plan-name">{from.planName}</p>
          <Price money={from.price} interval={from.interval} />
        </div>
        <svg class="arrow" viewBox="0 0 24 24" aria-label="becomes" role="img">
          <path d="M4 12h15m-5-5l5 5-5 5" />
        </svg>
        <div>
          <p class="from-to-label">New plan</p>
          <p class="plan-name">{to?.planName}</p>
          {to && <Price money={to.price} interval={to.interval} />}
          {to !== null && to.promotionCode !== null && <p class="hint">with promotion {to.promotionCode}</p>}
        </div>
      </div>
      <dl class="figures">
        <Figure name="Credit" money={sumOf(quote, 'credit')} note="unused time" />
        <Figure name="Charge" money={sumOf(quote, 'charge')} note="remaining time" />
        <div class="figure strong">
          <dt>{today ? 'Due now' : `Due ${shortDateText(quote.effectiveDate)}`}</dt>
          <dd>
            <Amount money={quote.dueNow} />
          </dd>
          <dd class="figure-note">
            {isZero(quote.toBalance) ? 'before tax, no fee' : `${moneyText(quote.toBalance)} to the balance`}
          </dd>
        </div>
        <div class="figure">
          <dt>Next bill</dt>
          <dd>
            <Amount money={quote.nextBill.amount} />
          </dd>
          <dd class="figure-note">{dateText(quote.nextBill.date)}</dd>
        </div>
      </dl>
      <p class="takes-effect">
        Starts{' '}
        <strong>{today ? `today, ${dateText(quote.effectiveDate)}` : dateText(quote.effectiveDate)}</strong>{' '}
        by the customer’s clock, {zoneForPeople(timeZone)}. The quote holds until{' '}
        {instantText(quote.expiresAt, timeZone)} there.
      </p>
      {change.interruptions.length > 0 && (
        <div class="interruptions">
          <p>
            <strong>Tell the customer before they agree</strong>
          </p>
          <ul>
            {change.interruptions.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </div>
      )}
      <details class="breakdown">
        <summary>Full breakdown</summary>
        <Breakdown quote={quote} />
        <p class="hint">
          Terms of service, version{' '}
          <a href={`/v1/terms/${encodeURIComponent(quote.terms.version)}`} target="_blank" rel="noreferrer">
            {quote.terms.version}
          </a>
          . Quote <code class="hash">{quote.hash.slice(0, 12)}</code>
        </p>
      </details>
      <p class="visually-hidden" role="status">
        Quote for {dateText(quote.effectiveDate)}: {moneyText(quote.dueNow)} due.
      </p>
    </Card>
  );
}

function Figure(props: { readonly name: string; readonly money: Money; readonly note: string }) {
  return (
    <div class="figure">
      <dt>{props.name}</dt>
      <dd>
        <Amount money={props.money} sign="always" />
      </dd>
      <dd class="figure-note">{props.note}</dd>
    </div>
  );
}

function Breakdown({ quote }: { readonly quote: Quote }) {
  return (
    <div class="table-scroll" role="region" aria-label="Breakdown" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Line</th>
            <th scope="col">Days</th>
            <th scope="col" class="number">
              Amount
            </th>
          </tr>
        </thead>
        <tbody>
          {quote.lines.map((line) => (
            <tr key={line.description}>
              <th scope="row">
                {line.description}
                {line.ofDays > 0 && (
                  <span class="hint block">
                    {dateText(line.start)} to {dateText(line.end)}
                  </span>
                )}
              </th>
              <td>{line.ofDays > 0 ? `${line.days} of ${line.ofDays}` : ''}</td>
              <td class="number">
                <Amount money={line.amount} sign="always" />
              </td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <Total name="Net, before tax" money={quote.net} />
          <Total name="Due" money={quote.dueNow} />
          {!isZero(quote.toBalance) && <Total name="To the account balance" money={quote.toBalance} />}
          <Total name={`Next bill, ${dateText(quote.nextBill.date)}`} money={quote.nextBill.amount} />
        </tfoot>
      </table>
    </div>
  );
}

function Total(props: { readonly name: string; readonly money: Money }) {
  return (
    <tr>
      <th scope="row" colSpan={2}>
        {props.name}
      </th>
      <td class="number">
        <Amount money={props.money} />
      </td>
    </tr>
  );
}

/** A quote has one line of each kind (money rule 9), each rounded once. */
function sumOf(quote: Quote, kind: 'credit' | 'charge'): Money {
  const line = quote.lines.find((one) => one.kind === kind);
  return line?.amount ?? { ...quote.net, amount: '0' };
}
