import { render } from 'preact';
import { App } from './app/app.tsx';
import './styles/tokens.css';
import './styles/base.css';
import './styles/layout.css';
import './styles/components.css';
import './styles/change.css';
import './styles/account.css';
import './styles/work.css';

const root = document.getElementById('console');
if (root) render(<App />, root);
