import { DemoError } from '../demo-error.ts';
import { money } from '../words.ts';
import { applied, applyChange, openChange, plansToday } from './moves.ts';
import type { Path } from './path.ts';

/** What is offered to the customer. */
export const OFFER_PATHS: readonly Path[] = [
  {
    title: 'Chosen from what was recommended',
    async play(stage) {
      const { api, tell, account } = stage;
      const { identificationId } = account;
      const answer = await api.recommendations({
        identificationId,
        needs: { moreData: true },
      });
      const { items, none } = answer.body;
      const [best] = items;
      if (!best) {
        tell.answer(answer, `Nothing is recommended: ${none?.explanation ?? ''}`);
        return `Nothing better than ${account.subscription.planName} for these needs, and the notes say why`;
      }
      tell.answer(answer, `${best.planName}: ${best.reasons.join(' ')}`);
      return applied(await applyChange(stage, await openChange(stage, { planCode: best.planCode })));
    },
  },
  {
    title: 'With a promotion',
    async play(stage) {
      const promoted = (await plansToday(stage)).find(
        ({ planCode, promotions }) =>
          promotions.length > 0 && planCode !== stage.account.subscription.planCode,
      );
      const promotion = promoted?.promotions[0];
      if (!promoted || !promotion) throw new DemoError('No promotion runs today.');
      const { promotionCode } = promotion;
      const change = await applyChange(
        stage,
        await openChange(stage, { planCode: promoted.planCode, promotionCode }),
      );
      if (change.to?.promotionCode !== promotionCode) throw new DemoError('The promotion was not applied.');
      return `${applied(change)} for ${money(change.to.price)} instead of ${money(promoted.price)} (${promotionCode})`;
    },
  },
];
