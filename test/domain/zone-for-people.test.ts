import assert from 'node:assert/strict';
import { zoneForPeople } from '../../domain/zone-for-people.ts';

describe('zoneForPeople', () => {
  const table: [zone: string, told: string][] = [
    ['America/Chicago', 'Chicago time'],
    ['America/Los_Angeles', 'Los Angeles time'],
    ['America/Kentucky/Louisville', 'Louisville time'],
    ['America/Argentina/Buenos_Aires', 'Buenos Aires time'],
    // No places: a name of our own making would mislead (Etc/GMT+5 is five hours behind).
    ['UTC', 'the time zone UTC'],
    ['Etc/GMT+5', 'the time zone Etc/GMT+5'],
    ['US/Central', 'the time zone US/Central'],
  ];
  for (const [zone, told] of table) {
    it(`tells ${zone} as ${told}`, () => {
      assert.equal(zoneForPeople(zone), told);
    });
  }
});
