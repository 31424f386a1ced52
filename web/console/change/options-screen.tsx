import { useEffect } from 'preact/hooks';
import { hasCode } from '../api/errors.ts';
import { post } from '../api/request.ts';
import type { OpenPlanChange, Page, Plan, PlanChange } from '../api/types.ts';
import { useAction } from '../api/use-action.ts';
import { useLoad } from '../api/use-load.ts';
import { goTo, place } from '../app/location.ts';
import { Button } from '../components/button.tsx';
import { ErrorNotice, Notice } from '../components/notice.tsx';
import { Loading, Screen } from '../components/screen.tsx';
import { AllPlans } from './all-plans.tsx';
import type { ChosenPlan } from './chosen-plan.ts';
import { CustomerBar } from './customer-bar.tsx';
import {
  customer,
  customerError,
  identificationFor,
  identifyFirst,
  readCustomer,
  standing,
} from './customer.ts';
import { recommended } from './drafts.ts';
import { NeedsForm } from './needs-form.tsx';
import { RecommendedPlans } from './recommended-plans.tsx';
import { Steps } from './steps.tsx';

/** Step 2: "Understand the customer's needs and recommend suitable plans. Discuss features, pricing, benefits." */
export function OptionsScreen() {
  const known = customer.value;
  const { query } = place.value;
  const identificationId = identificationFor(query.get('customer') ?? undefined);
  useEffect(() => {
    if (identificationId === undefined) identifyFirst(undefined, true);
  }, [identificationId]);
  if (identificationId === undefined) return null;
  if (known === null) {
    return standing.value === 'reading' ? (
      <Loading what="Reading the customer" />
    ) : (
      <Screen title="Discuss options">
        <ErrorNotice error={customerError.value} retry={() => void readCustomer()} />
      </Screen>
    );
  }
  return <Options identificationId={identificationId} replaces={query.get('replaces') ?? undefined} />;
}

interface Wanted {
  readonly chosen: ChosenPlan;
  readonly replaced: string | undefined;
}

function Options(props: { readonly identificationId: string; readonly replaces: string | undefined }) {
  const { identificationId, replaces } = props;
  const known = customer.value;
  const plans = useLoad<Page<Plan>>('/v1/plans');
  const open = useAction(
    ({ chosen: { planCode, promotionCode }, replaced }: Wanted, key) => {
      const body: OpenPlanChange = {
        identificationId,
        planCode,
        activation: { when: 'immediately' },
        ...(promotionCode !== undefined && { promotionCode }),
        ...(replaced !== undefined && { replaces: replaced }),
      };
      return post<PlanChange>('/v1/plan-changes', body, key);
    },
    ({ planChangeId }) => goTo(`/changes/${planChangeId}`),
  );
  const quote = (plan: ChosenPlan, replaced = replaces): void => open.run({ chosen: plan, replaced });
  const chosen = open.input?.chosen;
  const openId = hasCode(open.error, 'plan-change-in-progress')
    ? (open.error.problem['openPlanChangeId'] as string | undefined)
    : undefined;
  const quoting = open.busy ? chosen?.planCode : undefined;
  const shown = recommended.value?.identificationId === identificationId ? recommended.value : undefined;
  const result =
    openId !== undefined && chosen !== undefined ? (
      <Notice
        tone="bad"
        title="A plan change is open already"
        actions={
          <>
            <Button look="secondary" onClick={() => goTo(`/changes/${openId}`)}>
              Continue the open change
            </Button>
            <Button look="danger" onClick={() => quote(chosen, openId)}>
              Replace it with {chosen.planName}
            </Button>
          </>
        }
      >
        <p>Replacing cancels the open change and quotes {chosen.planName} instead.</p>
      </Notice>
    ) : (
      <ErrorNotice error={open.error} retry={open.retry} />
    );
  return (
    <Screen
      title="Discuss options"
      lead="Choose what the customer asks for. What is left out stays as it is now."
      before={
        <>
          <Steps current="Options" />
          <CustomerBar />
        </>
      }
    >
      {replaces !== undefined && (
        <Notice title="The plan you choose replaces the open change">
          <p>Nothing happens to it until the new quote is made.</p>
        </Notice>
      )}
      <NeedsForm identificationId={identificationId} currency={known?.subscription.price.currency ?? ''} />
      {result}
      {shown && <RecommendedPlans items={shown.items} none={shown.none} quoting={quoting} onQuote={quote} />}
      <ErrorNotice error={plans.error} retry={plans.reload} />
      {plans.data && (
        <AllPlans
          plans={plans.data.items}
          current={known?.subscription.planCode}
          quoting={quoting}
          onQuote={quote}
        />
      )}
    </Screen>
  );
}
