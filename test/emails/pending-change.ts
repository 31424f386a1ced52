import type { PendingChange } from '../../domain/pending-change.ts';
import { ALLOWANCES, quotedScene, type Scene } from './applied-change.ts';

export type PendingScene = Scene &
  Partial<
    Pick<PendingChange, 'quoteIsOpen' | 'quoteExpiresAt' | 'consentDeadlineAt' | 'holdReason' | 'holdEndsAt'>
  >;

/** A change that waits or has ended unapplied, with the figures that the product itself quotes for the scene. */
export function pendingChange(scene: PendingScene = {}): PendingChange {
  const { quote, to, features, ...change } = quotedScene(scene);
  return {
    ...change,
    to: { ...to, features, allowances: ALLOWANCES },
    promotionCode: scene.promotionCode ?? null,
    lines: quote.lines,
    netMinor: quote.netMinor,
    dueNowMinor: quote.dueNowMinor,
    toBalanceMinor: quote.toBalanceMinor,
    nextBill: quote.nextBill,
    quoteExpiresAt: scene.quoteExpiresAt ?? '2026-11-17T06:00:00.000Z',
    consentDeadlineAt: scene.consentDeadlineAt ?? '2026-11-23T15:04:37.000Z',
    quoteIsOpen: scene.quoteIsOpen ?? true,
    holdReason: scene.holdReason ?? null,
    holdEndsAt: scene.holdEndsAt ?? null,
  };
}
