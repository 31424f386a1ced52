import { useState } from 'preact/hooks';
import type { Plan } from '../api/types.ts';
import { Price } from '../components/amount.tsx';
import { Button } from '../components/button.tsx';
import { TextField } from '../components/field.tsx';
import type { ChosenPlan } from './chosen-plan.ts';

/** Everything on sale today, to search by name or feature. */
export function AllPlans(props: {
  readonly plans: readonly Plan[];
  readonly current: string | undefined;
  readonly quoting: string | undefined;
  readonly onQuote: (plan: ChosenPlan) => void;
}) {
  const [search, setSearch] = useState('');
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const found = props.plans.filter(({ planName, planCode, features }) => {
    const text = [planName, planCode, ...features].join(' ').toLowerCase();
    return words.every((word) => text.includes(word));
  });
  return (
    <section aria-labelledby="all-plans">
      <div class="section-head">
        <h2 id="all-plans">All plans</h2>
        <div class="search">
          <TextField
            label="Search plans"
            name="search"
            type="search"
            autoComplete="off"
            placeholder="fiber two lines"
            value={search}
            onValue={setSearch}
          />
        </div>
      </div>
      <p class="visually-hidden" role="status">
        {found.length} of {props.plans.length} plans
      </p>
      {found.length === 0 && <p class="hint">No plan on sale has all these words.</p>}
      <ul class="plan-list">
        {found.map((plan) => (
          <li key={plan.planCode}>
            <div class="plan-list-name">
              <strong>{plan.planName}</strong>
              <span class="hint">{plan.features.join(' · ')}</span>
              {plan.promotions.map(({ promotionCode, description }) => (
                <span key={promotionCode} class="promotion">
                  <span class="badge good">{promotionCode}</span> {description}
                </span>
              ))}
            </div>
            <Price money={plan.price} interval={plan.interval} />
            {plan.planCode === props.current ? (
              <span class="badge">Current plan</span>
            ) : (
              <Choose plan={plan} busy={props.quoting === plan.planCode} onQuote={props.onQuote} />
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** A promotion is applied only when it is asked for: one that runs is. */
function Choose(props: {
  readonly plan: Plan;
  readonly busy: boolean;
  readonly onQuote: (plan: ChosenPlan) => void;
}) {
  const { planCode, planName, promotions } = props.plan;
  const [best] = promotions;
  return (
    <Button
      look="secondary"
      busy={props.busy}
      onClick={() => props.onQuote({ planCode, planName, promotionCode: best?.promotionCode })}
    >
      Quote<span class="visually-hidden"> {planName}</span>
      {best && <span class="visually-hidden"> with {best.promotionCode}</span>}
    </Button>
  );
}
