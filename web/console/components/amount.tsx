import type { Money } from '../api/types.ts';
import { moneyText } from './format.ts';

/** An amount of money, in figures of one width. */
export function Amount(props: { readonly money: Money; readonly sign?: 'auto' | 'always' }) {
  return <span class="amount">{moneyText(props.money, props.sign)}</span>;
}

export type Interval = 'month' | 'year';

/** A price with what it is for: `$73.75 a month`. */
export function Price(props: { readonly money: Money; readonly interval?: Interval | undefined }) {
  return (
    <span class="price">
      <Amount money={props.money} />
      {props.interval !== undefined && <span class="price-per"> a {props.interval}</span>}
    </span>
  );
}
