/** The fixture on the screen: `?demo` while developing. */
import { run } from '../store/run.ts';
import { screen } from '../store/screen.ts';
import { advertised, buildWorld, droppedTrace, vipTrace } from './world.ts';

export function showDemo(params: URLSearchParams): void {
  const workers = Number(params.get('workers') ?? 2);
  const before = buildWorld({
    workers,
    learned: { '10.48.2.232/29': ['worker1'], '10.49.0.0/16': ['control1', 'worker1', 'worker2'] },
  });
  const world = {
    ...buildWorld({
      workers,
      learned: advertised,
      off: params.has('off') ? ['worker1'] : [],
      notReady: params.has('off') ? ['summary-dc858dd7b-c7jxl'] : [],
    }),
    flows: [vipTrace('t7-1'), droppedTrace('t8-1')],
  };
  run.setState({
    phase: 'ready',
    before,
    world,
    command: 'kubectl patch svc -n yaobank customer -p \'{"spec":{"externalTrafficPolicy":"Local"}}\'',
  });
  const focus = params.get('focus');
  if (focus === 'trace') screen.setState({ focus: { kind: 'trace', id: 't7-1' } });
  else if (focus === 'drop') screen.setState({ focus: { kind: 'trace', id: 't8-1' } });
  else if (focus) screen.setState({ focus: { kind: 'prefix', host: 'host1', dst: focus } });
}
