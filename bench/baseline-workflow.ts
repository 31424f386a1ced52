import {
  condition,
  defineUpdate,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
} from '@temporalio/workflow';

export interface BaselineActivities {
  nothing(): Promise<string>;
}

const options = { startToCloseTimeout: '5 seconds' } as const;
const local = proxyLocalActivities<BaselineActivities>(options);
const ordinary = proxyActivities<BaselineActivities>(options);

const open = defineUpdate<string>('openPlanChange');
const consent = defineUpdate<string>('recordConsent');

/** The shape of a change that is applied at once, with steps that do nothing: what durability alone costs. */
export async function baseline(): Promise<void> {
  let opened = false;
  let agreed = false;
  let applied = false;
  setHandler(open, async () => {
    await condition(() => opened);
    return 'done';
  });
  setHandler(consent, async () => {
    agreed = true;
    await condition(() => applied);
    return 'done';
  });
  await local.nothing();
  opened = true;
  await condition(() => agreed, '7 days');
  await ordinary.nothing();
  await local.nothing();
  applied = true;
  await ordinary.nothing();
}
