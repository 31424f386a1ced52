import type { Page, Plan } from '../api/types.ts';
import { useLoad } from '../api/use-load.ts';
import { Field, TextField } from '../components/field.tsx';
import { STATUS_WORDS } from '../components/status-badge.tsx';
import { session } from '../session/sign-in-gate.ts';
import { typedId, type WorkFilter } from './lists.ts';

const IN_FLIGHT = ['awaiting_consent', 'scheduled', 'activating', 'held', 'activated'] as const;

/** What narrows the list down. */
export function WorkFilters(props: {
  readonly filter: WorkFilter;
  readonly onFilter: (change: Partial<WorkFilter>) => void;
}) {
  const { filter, onFilter } = props;
  const plans = useLoad<Page<Plan>>('/v1/plans').data?.items ?? [];
  const isWrong = filter.id.trim() !== '' && typedId(filter.id) === undefined;
  return (
    <form class="work-filters" onSubmit={(event) => event.preventDefault()}>
      <TextField
        label="Id of a change or customer"
        name="id"
        type="search"
        autoComplete="off"
        spellcheck={false}
        placeholder="019b1f6e"
        value={filter.id}
        onValue={(id) => onFilter({ id })}
        error={
          isWrong
            ? 'An id has 0 to 9 and a to f: type four of them or more. For a customer’s change, identify the customer.'
            : undefined
        }
      />
      {filter.list === 'flight' && (
        <Select
          label="Status"
          value={filter.status}
          onValue={(status) => onFilter({ status })}
          options={[
            ['', 'All in flight'],
            ...IN_FLIGHT.map((status) => [status, STATUS_WORDS[status]] as const),
          ]}
        />
      )}
      <Select
        label="New plan"
        value={filter.plan}
        onValue={(plan) => onFilter({ plan })}
        options={[['', 'All plans'], ...plans.map(({ planCode, planName }) => [planCode, planName] as const)]}
      />
      {session.value?.role === 'supervisor' && (
        <Select
          label="Whose"
          value={filter.mine}
          onValue={(mine) => onFilter({ mine })}
          options={[
            ['', 'Everybody’s'],
            ['true', 'Mine'],
          ]}
        />
      )}
    </form>
  );
}

function Select(props: {
  readonly label: string;
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly options: readonly (readonly [value: string, label: string])[];
}) {
  return (
    <Field label={props.label}>
      {(ids) => (
        <select
          {...ids}
          class="input"
          value={props.value}
          onChange={(event) => props.onValue(event.currentTarget.value)}
        >
          {props.options.map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
