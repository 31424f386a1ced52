import type { Check } from '../check.ts';
import { finding } from '../check.ts';
import { personalDataFinder, textsOf } from '../personal-data.ts';

export const noPersonalData: Check = {
  id: 'I15',
  title: 'no personal data in histories, search attributes, memos, failures and summaries',
  async run(context) {
    const { histories } = context;
    if (!histories) return [];
    const finder = await personalDataFinder(context.query);
    context.counted('personal texts looked for', finder.size);
    context.unchecked('personal texts too short to be told from ordinary words', finder.tooShort);

    const findings = [];
    const histories_ = new Map<string, Set<string>>();
    return findings;
  },
};
