// The documents that the scripts show.

/** A page of text and colour: something to take a picture of. */
export const still = `<!doctype html><title>still</title><style>body{font:16px sans-serif;margin:2em;
background:linear-gradient(120deg,white,lightsteelblue)}</style><h1>A page</h1>` +
  '<p>The quick brown fox jumps over the lazy dog, and nobody has ever asked the dog.</p>'.repeat(20);

/** 1280x720 that change as a whole at every frame, the same way each time; `frames` counts them. */
export const animated = `<!doctype html><title>animated</title><style>body{margin:0}canvas{display:block}</style>
<canvas id="canvas" width="1280" height="720"></canvas><script>
const pen = canvas.getContext('2d');
const balls = Array.from({ length: 60 }, (_, i) => ({ x: i * 389 % 1280, y: i * 211 % 720, r: 10 + i * 7 % 40,
  dx: i * 5 % 9 - 4, dy: i * 7 % 9 - 4, colour: 'hsl(' + i * 6 + ',80%,55%)' }));
var frames = 0;
function draw() {
  pen.fillStyle = 'whitesmoke';
  pen.fillRect(0, 0, 1280, 720);
  for (const ball of balls) {
    ball.x += ball.dx;
    ball.y += ball.dy;
    if (ball.x < 0 || ball.x > 1280) ball.dx *= -1;
    if (ball.y < 0 || ball.y > 720) ball.dy *= -1;
    pen.fillStyle = ball.colour;
    pen.beginPath();
    pen.arc(ball.x, ball.y, ball.r, 0, 7);
    pen.fill();
  }
  pen.fillStyle = 'black';
  pen.font = '40px sans-serif';
  pen.fillText('frame ' + ++frames, 40, 60);
  requestAnimationFrame(draw);
}
requestAnimationFrame(draw);
</script>`;
