/** Starts the app in the page. */
import { mount } from './ui/index.tsx';

mount(document.getElementById('root')!);
