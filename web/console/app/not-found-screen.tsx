import { Screen } from '../components/screen.tsx';
import { Link } from './link.tsx';

export function NotFoundScreen() {
  return (
    <Screen title="There is no such page">
      <p>The address may be mistyped, or the page has moved.</p>
      <p>
        <Link to="/identify">Change a customer’s plan</Link>
      </p>
    </Screen>
  );
}
