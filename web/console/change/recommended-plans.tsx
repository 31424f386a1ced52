import { useEffect, useRef } from 'preact/hooks';
import type { Recommendation } from '../api/types.ts';
import { Amount, Price } from '../components/amount.tsx';
import { Button } from '../components/button.tsx';
import { isNegative, isZero, moneyText } from '../components/format.ts';
import { Notice } from '../components/notice.tsx';
import type { ChosenPlan } from './chosen-plan.ts';

interface RecommendedPlansProps {
  readonly items: readonly Recommendation[];
  /** Why there is none. */
  readonly none: string | undefined;
  /** Code of the plan that is being quoted. */
  readonly quoting: string | undefined;
  readonly onQuote: (plan: ChosenPlan) => void;
}

/** The plans that suit, side by side, best first, with what to say about each. */
export function RecommendedPlans({ items, none, quoting, onQuote }: RecommendedPlansProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [items]);
  return (
    <section aria-labelledby="recommended">
      <h2 id="recommended" ref={heading} tabIndex={-1}>
        {items.length === 0 ? 'No plan to recommend' : 'Recommended'}
      </h2>
      {items.length === 0 && (
        <Notice>
          <p>{none} Change what was asked for, or choose from all plans below.</p>
        </Notice>
      )}
      <div class="plan-cards">
        {items.map((item, index) => (
          <article key={item.planCode} class={`card plan-card${index === 0 ? ' best' : ''}`}>
            {index === 0 && <p class="best-label">Best match</p>}
            <h3>{item.planName}</h3>
            <Price money={item.price} interval={item.interval} />
            <Difference item={item} />
            {item.promotion && (
              <p class="promotion">
                <span class="badge good">{item.promotion.promotionCode}</span> {item.promotion.description}
              </p>
            )}
            <Sentences title="Why" kind="gain" sentences={item.reasons} />
            <Sentences title="What the customer gives up" kind="loss" sentences={item.losses} />
            <p class="due-today">
              {isZero(item.toBalance)
                ? `${moneyText(item.dueNow)} due now if it starts today`
                : `${moneyText(item.toBalance)} to the account balance if it starts today`}
            </p>
            <Button
              look={index === 0 ? 'primary' : 'secondary'}
              busy={quoting === item.planCode}
              wide
              onClick={() =>
                onQuote({
                  planCode: item.planCode,
                  planName: item.planName,
                  promotionCode: item.promotion?.promotionCode,
                })
              }
            >
              Quote {item.planName}
            </Button>
          </article>
        ))}
      </div>
    </section>
  );
}

function Difference({ item }: { readonly item: Recommendation }) {
  if (isZero(item.monthlyDifference)) return <p class="difference">The same a month</p>;
  return (
    <p class={`difference ${isNegative(item.monthlyDifference) ? 'less' : 'more'}`}>
      <Amount money={item.monthlyDifference} sign="always" /> a month
    </p>
  );
}

function Sentences(props: {
  readonly title: string;
  readonly kind: 'gain' | 'loss';
  readonly sentences: readonly string[];
}) {
  if (props.sentences.length === 0) return null;
  return (
    <>
      <h4>{props.title}</h4>
      <ul class={`sentences ${props.kind}`}>
        {props.sentences.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    </>
  );
}
