import { useEffect, useState } from 'preact/hooks';

const LOOKS_EVERY_MS = 15_000;

/** Whether an instant is past, as the clock here goes on; the server judges by its own. */
export function useExpiry(expiresAt: string): boolean {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), LOOKS_EVERY_MS);
    return () => window.clearInterval(timer);
  }, []);
  return Date.parse(expiresAt) <= now;
}
