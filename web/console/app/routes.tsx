import type { ComponentChildren } from 'preact';
import { AccountScreen } from '../account/account-screen.tsx';
import { ChangeScreen } from '../change/change-screen.tsx';
import { IdentifyScreen } from '../change/identify-screen.tsx';
import { OptionsScreen } from '../change/options-screen.tsx';
import { mayServe } from '../session/rights.ts';
import { WorkScreen } from '../work/work-screen.tsx';
import { NotFoundScreen } from './not-found-screen.tsx';

export interface Route {
  /** Of the path below /console; its first two groups are given to `render`. */
  readonly pattern: RegExp;
  readonly render: (first: string, second: string | undefined) => ComponentChildren;
}

/** Entries of the navigation for who is signed in: where they lead, and which paths they stand for. */
export function navigation(): readonly {
  readonly to: string;
  readonly label: string;
  readonly covers: RegExp;
}[] {
  const work = { to: '/work', label: 'Work', covers: mayServe() ? /^\/work$/ : /^\/(work)?$/ };
  return mayServe()
    ? [
        { to: '/identify', label: 'Change a plan', covers: /^\/($|identify|options|changes\/|customers\/)/ },
        work,
      ]
    : [work];
}

/** Every screen by its URL: the table of contents. */
const ROUTES: readonly Route[] = [
  { pattern: /^\/$/, render: () => (mayServe() ? <IdentifyScreen /> : <WorkScreen />) },
  { pattern: /^\/identify$/, render: () => <IdentifyScreen /> },
  { pattern: /^\/options$/, render: () => <OptionsScreen /> },
  {
    pattern: /^\/changes\/([0-9a-f-]{36})(?:\/(consent))?$/i,
    render: (id, step) => <ChangeScreen key={id} id={id} wantsConsent={step === 'consent'} />,
  },
  {
    pattern: /^\/customers\/([0-9a-f-]{36})$/i,
    render: (id) => <AccountScreen key={id} customerId={id} />,
  },
  { pattern: /^\/work$/, render: () => <WorkScreen /> },
];

export function screenAt(path: string): ComponentChildren {
  for (const { pattern, render } of ROUTES) {
    const match = pattern.exec(path);
    if (match) return render(match[1] ?? '', match[2]);
  }
  return <NotFoundScreen />;
}
