/** Starts the app in the page. */
import { mount } from './ui/index.tsx';
import { showDemo } from './ui/testing/demo.ts';

const params = new URLSearchParams(location.search);
if (params.has('demo')) showDemo(params);
mount(document.getElementById('root')!);
