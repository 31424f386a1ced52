const PLACES =
  /^(?:Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific)\/(?:.*\/)?([^/]+)$/;

/**
 * "Los Angeles time" for `America/Los_Angeles`: people know their clocks by a place. An IANA name that is no place
 * ("UTC", "Etc/GMT+5", "US/Central") stays as it is.
 */
export function zoneForPeople(zone: string): string {
  const place = PLACES.exec(zone)?.[1];
  return place === undefined ? `the time zone ${zone}` : `${place.replaceAll('_', ' ')} time`;
}
