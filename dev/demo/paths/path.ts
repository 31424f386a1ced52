import type { ApiClient, Identification } from '../api-client.ts';
import type { RunningSystem } from '../running-system.ts';
import type { Teller } from '../teller.ts';

/** Where a path is played: one identified account of its own. */
export interface Stage {
  readonly api: ApiClient;
  readonly system: RunningSystem;
  readonly tell: Teller;
  readonly account: Identification;
}

/** One way through the procedure. */
export interface Path {
  readonly title: string;
  /** Plays it and says in a few words what came of it. @throws DemoError when it comes out otherwise */
  play(stage: Stage): Promise<string>;
}
