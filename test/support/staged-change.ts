import type { Activities } from '../../activities/index.ts';
import type { QuoteOnOffer } from '../../activities/quote-on-offer.ts';
import type { AcceptedConsent } from '../../activities/accepted-consent.ts';
import type { ExpectedStanding } from '../../activities/standing.ts';
import type { AccountOverrides } from '../../dev/seed/test-account.ts';
import type { PlanChangeStatus } from '../../domain/plan-change-status.ts';
import type { PlanChangeInput } from '../../workflows/contract.ts';
import { planChangeWorkflowId } from '../../workflows/contract.ts';
import type { Rig, RigAccount } from './plan-change-rig.ts';

type Input<Name extends keyof Activities> = Parameters<Activities[Name]>[0];

/** A change whose steps a test runs one by one, with the inputs that its workflow would give them. */
export interface StagedChange {
  readonly account: RigAccount;
  readonly input: PlanChangeInput;
  readonly planChangeId: string;
  readonly customerId: string;
  /** Workflow time of the quote, ISO instant. */
  readonly now: string;
  /** The quote that is current for the test; `requoted` gives a change with another. */
  readonly quote: QuoteOnOffer;
  readonly author: { readonly type: 'agent'; readonly id: string };
  readonly run: <Name extends keyof Activities>(
    name: Name,
    input: Input<Name>,
  ) => Promise<Awaited<ReturnType<Activities[Name]>>>;
  readonly expected: (status: PlanChangeStatus) => ExpectedStanding;
  /** Receives evidence for the current quote and returns the consent as the workflow accepted it. */
  readonly consent: () => Promise<AcceptedConsent>;
  /** Input of the activation; with null for a change that waits for its date. */
  readonly activation: (consent: AcceptedConsent | null) => Input<'activatePlan'>;
  readonly ids: () => {
    readonly planChangeId: string;
    readonly customerId: string;
    readonly revision: number;
  };
  readonly with: (quote: QuoteOnOffer) => StagedChange;
}

/** How a change is staged: whose, and what is asked for. */
export interface StageOptions {
  readonly account?: AccountOverrides;
  readonly input?: Partial<PlanChangeInput>;
}

/** Opens a change by the real first step. Throws when it is refused. */
export async function stageChange(rig: Rig, options: StageOptions = {}): Promise<StagedChange> {
  const account = await rig.account(options.account);
  const input = rig.input(account, options.input);
  const now = new Date().toISOString();
  const execution = { workflowId: planChangeWorkflowId(input.planChangeId) };
  const opened = await rig.run('openPlanChange', { ...input, now }, execution);
  if (opened.outcome !== 'quoted') throw new Error(`The change was refused: ${opened.code}`);

  const { planChangeId, customerId } = input;
  const author = { type: 'agent', id: rig.agent.agentId } as const;
  const withQuote = (quote: QuoteOnOffer): StagedChange => ({
    ...{ account, input, planChangeId, customerId, now, quote, author },
    run: (name, of) => rig.run(name, of, execution),
    expected: (status) => ({ status, revision: quote.revision }),
    async consent() {
      const evidenceId = await rig.evidence(planChangeId, quote.hash);
      return { evidenceId, quoteHash: quote.hash, method: 'verbal', author, acceptedAt: now };
    },
    activation: (consent) => ({
      ...{ planChangeId, revision: quote.revision, consent },
      now: consent === null ? (quote.activateAt ?? now) : now,
    }),
    ids: () => ({ planChangeId, customerId, revision: quote.revision }),
    with: withQuote,
  });
  return withQuote(opened.quote);
}

export const END_OF_CYCLE: StageOptions = { input: { activation: { when: 'end_of_cycle' } } };

/** A dearer plan for an account that has a costly one leaves a surplus: every table of the ledger is written. */
export const DOWNGRADE: StageOptions = {
  account: { planCode: 'fiber-two-lines-complete' },
  input: { planCode: 'phone-basic' },
};

/** A change that waits for its date, its consent attached. */
export async function stageScheduled(rig: Rig, options: StageOptions = END_OF_CYCLE): Promise<StagedChange> {
  const change = await stageChange(rig, options);
  await change.run('scheduleActivation', {
    planChangeId: change.planChangeId,
    messageId: 'consent',
    expected: change.expected('awaiting_consent'),
    consent: await change.consent(),
  });
  return change;
}

/** A change that was applied and not yet read back. */
export async function stageApplied(rig: Rig, options: StageOptions = DOWNGRADE): Promise<StagedChange> {
  const change = await stageChange(rig, options);
  await change.run('activatePlan', change.activation(await change.consent()));
  return change;
}

/** A change that was applied and read back; its summary waits in the outbox. */
export async function stageVerified(rig: Rig): Promise<StagedChange & { readonly mailId: string }> {
  const change = await stageApplied(rig);
  const verified = await change.run('verifyActivation', change.ids());
  if (verified.outcome !== 'verified') throw new Error(`Not as agreed: ${verified.mismatches.join(', ')}`);
  return { ...change, mailId: verified.mailId };
}
