/** The product's sign. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" class="mark-ground" />
      <path d="M9 12h12l-3.5-3.5M23 20H11l3.5 3.5" class="mark-arrows" />
    </svg>
  );
}
