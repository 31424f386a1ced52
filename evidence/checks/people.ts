import { isFirstFormat } from '../first-format.ts';
import { mentionedAgents } from '../mentioned-agents.ts';
import { counted, type Check } from './check.ts';

/** Who did what can be read only where everybody has a name, and nobody another one's. */
export const people: Check = {
  title: 'People: everybody who acted for the company is named, and each by a name of their own',
  run: ({ payload }) => {
    const { agents, format } = payload;
    // The first format named nobody.
    if (isFirstFormat(format)) return { looked: '', problems: [] };
    const ids = new Set(agents.map(({ agentId }) => agentId));
    const unnamed = [...mentionedAgents(payload), payload.generatedFor.agentId].filter((id) => !ids.has(id));
    const isMixed =
      ids.size !== agents.length || new Set(agents.map(({ handle }) => handle)).size !== agents.length;
    return {
      looked: counted(agents.length, 'person', 'people'),
      problems: [
        ...unnamed.map((id) => `nobody is named who has the id ${id}`),
        ...(isMixed ? ['two people have the same name or the same id'] : []),
      ],
    };
  },
};
