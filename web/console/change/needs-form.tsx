import { useState } from 'preact/hooks';
import { ApiProblem } from '../api/errors.ts';
import { post } from '../api/request.ts';
import type { Needs, Recommendations } from '../api/types.ts';
import { useAction } from '../api/use-action.ts';
import { Button } from '../components/button.tsx';
import { AnyOf, OneOf } from '../components/choices.tsx';
import { TextField } from '../components/field.tsx';
import { ErrorNotice } from '../components/notice.tsx';
import { Card } from '../components/screen.tsx';
import { needsDraft, recommended } from './drafts.ts';

type AddOn = NonNullable<Needs['addOns']>[number];
type Wish = 'moreData' | 'moreCalls' | 'lowerBill';
const AS_NOW = 'as_now';

const INTERNET = [
  { value: AS_NOW, label: 'As now' },
  { value: 'none', label: 'Not needed' },
  { value: 'any', label: 'Any' },
  { value: 'fast', label: 'Fast (fiber)' },
] as const;
const LINES = [
  { value: AS_NOW, label: 'As now' },
  { value: '0', label: 'None' },
  { value: '1', label: 'One' },
  { value: '2', label: 'Two' },
] as const;
const BILLING = [
  { value: AS_NOW, label: 'Either' },
  { value: 'month', label: 'Monthly' },
  { value: 'year', label: 'Yearly' },
] as const;
const WISHES: readonly { readonly value: Wish; readonly label: string }[] = [
  { value: 'lowerBill', label: 'A lower bill' },
  { value: 'moreData', label: 'More data' },
  { value: 'moreCalls', label: 'More calls' },
];
const ADD_ONS: readonly { readonly value: AddOn; readonly label: string }[] = [
  { value: 'online_security', label: 'Online security' },
  { value: 'online_backup', label: 'Online backup' },
  { value: 'device_protection', label: 'Device protection' },
  { value: 'tech_support', label: 'Tech support' },
  { value: 'tv_streaming', label: 'TV streaming' },
  { value: 'film_streaming', label: 'Film streaming' },
];

/** What the customer says, each a click; asking writes an account note, so it is a button and not each click. */
export function NeedsForm(props: { readonly identificationId: string; readonly currency: string }) {
  const { identificationId, currency } = props;
  const needs = needsDraft.value;
  const [limit, setLimit] = useState(needs.maxMonthly?.amount ?? '');
  const set = (change: Partial<Record<keyof Needs, unknown>>): void => {
    const merged = Object.entries({ ...needsDraft.value, ...change });
    needsDraft.value = Object.fromEntries(merged.filter(([, value]) => value !== undefined));
  };
  const action = useAction(
    (wanted: Needs, key) =>
      post<Recommendations>('/v1/recommendations', { identificationId, needs: wanted }, key),
    ({ items, none }) => {
      recommended.value = { identificationId, items, none: none?.explanation };
    },
  );
  const limitError =
    action.error instanceof ApiProblem ? action.error.at('/needs/maxMonthly/amount') : undefined;
  return (
    <Card title="What does the customer need?">
      <form
        class="needs"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          action.run(needsDraft.value);
        }}
      >
        <AnyOf
          legend="The customer wants"
          choices={WISHES}
          value={WISHES.map(({ value }) => value).filter((wish) => needs[wish] === true)}
          onValue={(chosen) =>
            set(Object.fromEntries(WISHES.map(({ value }) => [value, chosen.includes(value) || undefined])))
          }
        />
        <OneOf
          legend="Internet"
          choices={INTERNET}
          value={needs.internet ?? AS_NOW}
          onValue={(value) => set({ internet: value === AS_NOW ? undefined : value })}
        />
        <OneOf
          legend="Phone lines"
          choices={LINES}
          value={needs.lines === undefined ? AS_NOW : (String(needs.lines) as '0' | '1' | '2')}
          onValue={(value) => set({ lines: value === AS_NOW ? undefined : Number(value) })}
        />
        <OneOf
          legend="Billing"
          choices={BILLING}
          value={needs.billing ?? AS_NOW}
          onValue={(value) => set({ billing: value === AS_NOW ? undefined : value })}
        />
        <AnyOf
          legend="Add-ons wanted"
          choices={ADD_ONS}
          value={needs.addOns ?? []}
          onValue={(chosen) => set({ addOns: chosen.length === 0 ? undefined : chosen })}
        />
        <div class="needs-limit">
          <TextField
            label={`No more than, a month (${currency})`}
            name="maxMonthly"
            inputMode="decimal"
            autoComplete="off"
            value={limit}
            error={limitError === undefined ? undefined : `The amount ${limitError}.`}
            onValue={(value) => {
              setLimit(value);
              const amount = value.trim();
              set({ maxMonthly: amount === '' ? undefined : { amount, currency } });
            }}
          />
        </div>
        {limitError === undefined && <ErrorNotice error={action.error} retry={action.retry} />}
        <div class="actions">
          <Button busy={action.busy}>Recommend plans</Button>
        </div>
      </form>
    </Card>
  );
}
