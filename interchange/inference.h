/* Returns v within low and 127. */
static int8_t pent_clip(int32_t v, int low)
{
	return (int8_t)(v > 127 ? 127 : v < low ? low : v);
}

/* Returns v / 2^n rounded to nearest, ties upward. */
static int32_t pent_round_shift(int32_t v, int n)
{
	if (n > 0)
		v += (int32_t)1 << (n - 1);
	return v >= 0 ? v >> n : ~(~v >> n);
}

/* Returns weight j of a row of pents: codes w + 2 of three bits, eight in three bytes. */
static int pent_weight(const uint8_t *row, int j)
{
	const uint8_t *b = row + j / 8 * 3;
	return (int)((b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16) >> j % 8 * 3 & 7) - 2;
}

/* Multiplies by a matrix of rows x inputs, with a column for the constant bias unless that is 0. */
static void pent_dense(int8_t *y, const int8_t *x, const uint8_t *w, int rows, int inputs, int bias, int shift, int low)
{
	int columns = inputs + (bias != 0);
	for (int i = 0; i < rows; i++) {
		int32_t sum = 0;
		for (int j = 0; j < columns; j += 8, w += 3) {
			uint32_t codes = w[0] | (uint32_t)w[1] << 8 | (uint32_t)w[2] << 16;
			int end = j + 8 < columns ? j + 8 : columns;
			for (int k = j; k < end; k++, codes >>= 3)
				sum += ((int)(codes & 7) - 2) * (k < inputs ? x[k] : bias);
		}
		y[i] = pent_clip(pent_round_shift(sum, shift), low);
	}
}

/* Convolves a picture, channels last and padded by zeros, with a kernel of height x width. */
static void pent_conv2d(int8_t *y, const int8_t *x, int8_t *patch, const uint8_t *w, int rows, int columns, int channels, int out, int height, int width, int stride, int top, int left, int bottom, int right, int bias, int shift, int low)
{
	for (int r = -top; r + height <= rows + bottom; r += stride)
		for (int c = -left; c + width <= columns + right; c += stride, y += out) {
			int from = c < 0 ? -c : 0, to = c + width > columns ? columns - c : width;
			memset(patch, 0, (size_t)(height * width * channels));
			for (int i = 0; i < height; i++)
				if (r + i >= 0 && r + i < rows)
					memcpy(patch + (i * width + from) * channels, x + ((r + i) * columns + c + from) * channels, (size_t)((to - from) * channels));
			pent_dense(y, patch, w, out, height * width * channels, bias, shift, low);
		}
}

/* Takes the largest activation of each channel in windows of height x width, padding left out. */
static void pent_maxpool(int8_t *y, const int8_t *x, int rows, int columns, int channels, int height, int width, int stride, int top, int left, int bottom, int right)
{
	for (int r = -top; r + height <= rows + bottom; r += stride)
		for (int c = -left; c + width <= columns + right; c += stride)
			for (int k = 0; k < channels; k++, y++) {
				*y = -127;
				for (int i = 0; i < height * width; i++) {
					int row = r + i / width, column = c + i % width;
					if (row >= 0 && row < rows && column >= 0 && column < columns) {
						int8_t v = x[(row * columns + column) * channels + k];
						*y = v > *y ? v : *y;
					}
				}
			}
}

/* Adds the rows of the tokens at several places. */
static void pent_embed(int8_t *y, const int8_t *x, const uint8_t *w, int n, int places, int vocabulary, int shift, int low)
{
	int stride = (places * vocabulary + 7) / 8 * 3;
	for (int i = 0; i < n; i++) {
		int32_t sum = 0;
		for (int j = 0; j < places; j++)
			sum += 16 * pent_weight(w + (size_t)i * (size_t)stride, j * vocabulary + (uint8_t)x[j]);
		y[i] = pent_clip(pent_round_shift(sum, shift), low);
	}
}

/* Adds the rows of single bytes and of hashed n-grams, the last byte first. */
static void pent_ngrams(int8_t *y, const int8_t *x, const uint8_t *w, int n, int context, int longest, int buckets, int shift, int low)
{
	int stride = (context * 128 + (longest - 1) * buckets + 7) / 8 * 3;
	for (int i = 0; i < n; i++) {
		const uint8_t *row = w + (size_t)i * (size_t)stride;
		uint32_t hash = 0x811c9dc5u;
		int32_t sum = 0;
		for (int j = 0; j < context; j++) {
			sum += 16 * pent_weight(row, j * 128 + ((uint8_t)x[j] & 127));
			hash = (hash ^ (uint8_t)x[j]) * 0x01000193u;
			if (j > 0 && j < longest)
				sum += 16 * pent_weight(row, context * 128 + (j - 1) * buckets + (int)((hash ^ hash >> 15) % (uint32_t)buckets));
		}
		y[i] = pent_clip(pent_round_shift(sum, shift), low);
	}
}

/* Scales activations to a mean absolute value of target. */
static void pent_norm(int8_t *y, const int8_t *x, int n, int target)
{
	int64_t sum = 0, inverse;
	for (int i = 0; i < n; i++)
		sum += x[i] < 0 ? -x[i] : x[i];
	sum = sum > 0 ? sum : 1;
	inverse = ((int64_t)target * n * 4096 + sum / 2) / sum;
	inverse = inverse < 1048576 ? inverse : 1048576;
	for (int i = 0; i < n; i++)
		y[i] = pent_clip(pent_round_shift(x[i] * (int32_t)inverse, 12), -127);
}

/* Adds two vectors. */
static void pent_add(int8_t *y, const int8_t *a, const int8_t *b, int n)
{
	for (int i = 0; i < n; i++)
		y[i] = pent_clip(a[i] + b[i], -127);
}

/* Adds a constant. */
static void pent_offset(int8_t *y, const int8_t *a, int b, int n)
{
	for (int i = 0; i < n; i++)
		y[i] = pent_clip(a[i] + b, -127);
}

/* Multiplies by gates, of which g is open by (g + 127)/256. */
static void pent_gate(int8_t *y, const int8_t *gate, const int8_t *x, int n)
{
	for (int i = 0; i < n; i++)
		y[i] = (int8_t)pent_round_shift((gate[i] + 127) * x[i], 8);
}

/* Moves h towards x by gates. */
static void pent_blend(int8_t *y, const int8_t *h, const int8_t *gate, const int8_t *x, int n)
{
	for (int i = 0; i < n; i++)
		y[i] = pent_clip(h[i] + pent_round_shift((gate[i] + 127) * (x[i] - h[i]), 8), -127);
}
