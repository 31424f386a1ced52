import { signal } from '@preact/signals';

/** Notes that are being written, by customer; in memory only. */
export const noteDrafts = signal<Readonly<Record<string, string>>>({});

export function keepDraft(customerId: string, text: string): void {
  noteDrafts.value = { ...noteDrafts.value, [customerId]: text };
}
