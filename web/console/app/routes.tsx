import type { ComponentChildren } from 'preact';
import { ChangeScreen } from '../change/change-screen.tsx';
import { IdentifyScreen } from '../change/identify-screen.tsx';
import { OptionsScreen } from '../change/options-screen.tsx';
import { NotFoundScreen } from './not-found-screen.tsx';

export interface Route {
  /** Of the path below /console; its first two groups are given to `render`. */
  readonly pattern: RegExp;
  readonly render: (first: string, second: string | undefined) => ComponentChildren;
}

/** Entries of the navigation: where they lead, and which paths they stand for. */
export const NAVIGATION: readonly { readonly to: string; readonly label: string; readonly covers: RegExp }[] =
  [{ to: '/identify', label: 'Change a plan', covers: /^\/($|identify|options|changes\/)/ }];

/** Every screen by its URL: the table of contents. */
const ROUTES: readonly Route[] = [
  { pattern: /^\/(?:identify)?$/, render: () => <IdentifyScreen /> },
  { pattern: /^\/options$/, render: () => <OptionsScreen /> },
  {
    pattern: /^\/changes\/([0-9a-f-]{36})(?:\/(consent))?$/i,
    render: (id, step) => <ChangeScreen key={id} id={id} wantsConsent={step === 'consent'} />,
  },
];

export function screenAt(path: string): ComponentChildren {
  for (const { pattern, render } of ROUTES) {
    const match = pattern.exec(path);
    if (match) return render(match[1] ?? '', match[2]);
  }
  return <NotFoundScreen />;
}
