import type { PlanChangeStatus } from '../../../domain/plan-change-status.ts';
import type { Operation } from '../documented-answers.ts';
import type { Random } from '../random.ts';
import { resolve, type Schemas } from '../schema-arbitrary.ts';
import type { Aim } from './aims.ts';
import {
  isIdle,
  openChangeOf,
  type Change,
  type Customer,
  type Desk,
  type Link,
  type World,
} from './world.ts';

/** Who asks, and about whom and what. */
export interface Target {
  readonly desk: Desk;
  readonly customer?: Customer | undefined;
  readonly change?: Change | undefined;
  readonly link?: Link | undefined;
}

/** What has to come first, when nothing is in a state that takes the operation. */
export interface Instead {
  readonly instead: string;
  readonly target: Target;
}

/** The states that take an operation on a change; every state takes the others. */
const TAKEN_IN: Readonly<Record<string, readonly PlanChangeStatus[]>> = {
  recordConsent: ['awaiting_consent'],
  declinePlanChange: ['awaiting_consent'],
  sendConsentLink: ['awaiting_consent'],
  requotePlanChange: ['awaiting_consent', 'held'],
  reschedulePlanChange: ['awaiting_consent', 'scheduled'],
  cancelPlanChange: ['awaiting_consent', 'scheduled', 'held'],
  confirmPlanChange: ['activated', 'completed'],
  revertPlanChange: ['activated', 'completed'],
};
/** What is wrong with the others shows in any state. */
function needsState(aim: Aim): boolean {
  return aim === 'fitting' || aim === 'misplaced' || aim === 'ended' || aim === 'too often';
}

const NAMES_IDENTIFICATION = 'identificationId';
/** Of so many customers of a desk one is chosen: later ones are livelier. */
const NEWEST = 12;

/** What an operation is about, as its path and body say. */
export function namedBy(
  { path, body }: Operation,
  schemas: Schemas,
): 'change' | 'link' | 'customer' | 'nothing' {
  if (path.includes('/plan-changes/{')) return 'change';
  if (path.includes('{token}')) return 'link';
  if (/\/(customers|identifications)\/\{/.test(path)) return 'customer';
  const schema = body?.$ref === undefined ? body : resolve(body.$ref, schemas);
  return NAMES_IDENTIFICATION in (schema?.properties ?? {}) ? 'customer' : 'nothing';
}

/**
 * Finds what a request of this aim is about. Where nothing is in a state that takes a fitting request, says
 * which operation leads there.
 */
export async function findTarget(
  world: World,
  about: ReturnType<typeof namedBy>,
  { operationId }: Operation,
  aim: Aim,
  random: Random,
): Promise<Target | Instead> {
  const desk = random.pick(world.desks);
  const isMisplaced = aim === 'misplaced' || aim === 'ended';
  switch (about) {
    case 'nothing':
      return {
        desk,
        customer: operationId === 'identifyCustomer' ? await anybody(world, desk, random) : undefined,
      };
    case 'customer': {
      const isOpening = operationId === 'openPlanChange';
      const customer = pickNewest(
        customersOf(world, random).filter((one) =>
          !isOpening
            ? one.identificationId !== undefined
            : isMisplaced
              ? openChangeOf(one) !== undefined && one.identificationId !== undefined
              : isIdle(one),
        ),
        random,
      );
      if (customer) return { desk: customer.desk, customer };
      if (isOpening && isMisplaced) return opening(world, random);
      return identifying(world, desk);
    }
    case 'change': {
      const taken = TAKEN_IN[operationId];
      const fits = ({ status, customer }: Change): boolean =>
        taken === undefined ||
        (taken.includes(status as PlanChangeStatus) &&
          (operationId !== 'revertPlanChange' || isIdle(customer)));
      const changes = changesOf(world, random);
      const change =
        pickNewest(
          changes.filter((one) =>
            isMisplaced && taken ? !taken.includes(one.status as PlanChangeStatus) : fits(one),
          ),
          random,
        ) ?? (needsState(aim) ? undefined : pickNewest(changes, random));
      if (change) return { desk: change.customer.desk, customer: change.customer, change };
      const isAfterwards = taken?.includes('completed') ?? false;
      return isAfterwards !== isMisplaced ? consenting(world, random) : opening(world, random);
    }
    case 'link':
      return findLink(world, aim, random);
  }
}

async function findLink(world: World, aim: Aim, random: Random): Promise<Target | Instead> {
  await world.learnLinks();
  const links = changesOf(world, random).flatMap((change) => change.links);
  const isLive = ({ isUsed, isWornOut, change, quoteHash }: Link): boolean =>
    !isUsed && !isWornOut && change.status === 'awaiting_consent' && change.quoteHash === quoteHash;
  const wanted =
    aim === 'misplaced'
      ? links.filter(({ isUsed }) => isUsed)
      : aim === 'ended'
        ? links.filter((link) => !link.isUsed && !link.isWornOut && !isLive(link))
        : aim === 'too often'
          ? links.filter(({ isWornOut }) => isWornOut)
          : links.filter(isLive);
  const link = pickNewest(wanted, random) ?? (needsState(aim) ? undefined : pickNewest(links, random));
  if (link)
    return { desk: link.change.customer.desk, customer: link.change.customer, change: link.change, link };
  if (!needsState(aim)) return { desk: random.pick(world.desks) };
  const live = links.find(isLive);
  if (aim === 'too often' && live) {
    await world.wearOut(live);
    return findLink(world, aim, random);
  }
  if (aim === 'misplaced' && live) {
    const { change } = live;
    return {
      instead: 'answerConsentPage',
      target: { desk: change.customer.desk, customer: change.customer, change, link: live },
    };
  }
  const change = pickNewest(
    changesOf(world, random).filter(({ status }) => status === 'awaiting_consent'),
    random,
  );
  if (!change) return opening(world, random);
  return {
    instead: 'sendConsentLink',
    target: { desk: change.customer.desk, customer: change.customer, change },
  };
}

async function anybody(world: World, desk: Desk, random: Random): Promise<Customer> {
  const known = pickNewest(desk.customers, random);
  return known && random.chance(0.7) ? known : world.newCustomer(desk);
}

async function identifying(world: World, desk: Desk): Promise<Instead> {
  return { instead: 'identifyCustomer', target: { desk, customer: await world.newCustomer(desk) } };
}

async function opening(world: World, random: Random): Promise<Instead> {
  const customer = pickNewest(customersOf(world, random).filter(isIdle), random);
  return customer
    ? { instead: 'openPlanChange', target: { desk: customer.desk, customer } }
    : identifying(world, random.pick(world.desks));
}

async function consenting(world: World, random: Random): Promise<Instead> {
  const change = pickNewest(
    changesOf(world, random).filter(({ status }) => status === 'awaiting_consent'),
    random,
  );
  return change
    ? { instead: 'recordConsent', target: { desk: change.customer.desk, customer: change.customer, change } }
    : opening(world, random);
}

/** From a desk of chance on, so that no desk has all the work. */
function customersOf({ desks }: World, random: Random): Customer[] {
  const from = random.int(0, desks.length - 1);
  return [...desks.slice(from), ...desks.slice(0, from)].flatMap(({ customers }) => customers.slice(-NEWEST));
}

export function changesOf(world: World, random: Random): Change[] {
  return customersOf(world, random).flatMap(({ changes }) => changes);
}

function pickNewest<T>(items: readonly T[], random: Random): T | undefined {
  return items.length === 0 ? undefined : random.pick(items.slice(0, 4 * NEWEST));
}
