/* The gradients of relu(max_pool(convolution(x) + bias)), pooling by 2 x 2.

   A maximum hands its gradient to one of four outputs of the convolution, and a ReLU stops about half
   of them. So few outputs have a gradient that it takes less time to visit them one by one, each
   adding a multiple of one patch, than to convolve with a gradient that is mostly zero.

   All arrays are channels last, float32; groups divide the channels of inputs and outputs, as in
   grouped convolutions. Known at compile time: KERNEL, the kernel's height and width, CHANNELS, the
   input channels of a group, and LANES, the numbers in a vector. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ROW = KERNEL * CHANNELS, VECTORS = (ROW + LANES - 1) / LANES };
enum { BUFFERS = 4 };

/* Part of a row of a patch, of any alignment; compilers make the machine's own vectors of it. */
typedef float Vector __attribute__((vector_size(4 * LANES), aligned(4), may_alias));

/* A row of a patch or kernel, padded to whole vectors. */
typedef Vector Patch[KERNEL][VECTORS];

typedef struct {
    int32_t offset; /* of the patch, in one group of one image */
    float gradient;
} Entry;

static inline const Vector *vector_at(const float *row, int v)
{
    return (const Vector *)(row + v * LANES);
}

/* List the outputs of one group of one image that have a gradient: per channel its entries. */
static void list_entries(long positions, long channels, long all_channels, const int32_t *offsets,
                         const float *gradient, const float *outputs, const int64_t *places,
                         Entry *entries, int *counts)
{
    memset(counts, 0, channels * sizeof(int));
    for (long p = 0; p < positions; p++)
        for (long c = 0; c < channels; c++) {
            long i = p * all_channels + c;
            Entry *entry = entries + c * positions + counts[c];
            *entry = (Entry){offsets[places[i]], gradient[i]};
            /* Not "outputs > 0": nan has to go on. Added, as a branch would be mispredicted. */
            counts[c] += (gradient[i] != 0) & !(outputs[i] <= 0);
        }
}

static void add_weight_gradient(const Entry *entries, int count, const float *x, long row,
                                Patch *weight_gradient, float *bias_gradient)
{
    Patch sum = {0};
    float total = 0;
    for (int e = 0; e < count; e++) {
        float g = entries[e].gradient;
        const float *patch = x + entries[e].offset;
        total += g;
        for (int r = 0; r < KERNEL; r++)
            for (int v = 0; v < VECTORS; v++) sum[r][v] += g * *vector_at(patch + r * row, v);
    }
    for (int r = 0; r < KERNEL; r++)
        for (int v = 0; v < VECTORS; v++) (*weight_gradient)[r][v] += sum[r][v];
    *bias_gradient += total;
}

/* Patches that follow each other overlap, so they go to several buffers in turn: to load what was just
   stored in other pieces takes long. */
static void add_input_gradient(const Entry *entries, int count, const Patch *weight, long row,
                               long buffer, float *x_gradient)
{
    for (int e = 0; e < count; e++) {
        float g = entries[e].gradient;
        float *patch = x_gradient + e % BUFFERS * buffer + entries[e].offset;
        for (int r = 0; r < KERNEL; r++)
            for (int v = 0; v < VECTORS; v++)
                *(Vector *)(patch + r * row + v * LANES) += g * (*weight)[r][v];
    }
}

/* x, x_gradient: batch x height x width x (groups * CHANNELS); x_gradient may be NULL.
   gradient, outputs, places: batch x positions x (groups * channels), positions being the pooled ones;
   places: the positions of the maxima in an output of the convolution, counted row by row.
   weight, weight_gradient: (groups * channels) patches; weight_gradient and bias_gradient are added to.
   Returns 0, or 1 if there is no memory. */
int pooled_convolution_backward(long batch, long height, long width, long groups, long channels,
                                long positions, const float *x, const float *gradient,
                                const float *outputs, const int64_t *places, const Patch *weight,
                                Patch *weight_gradient, float *bias_gradient, float *x_gradient)
{
    long all_inputs = groups * CHANNELS, all_channels = groups * channels;
    long pixels = height * width, row = width * CHANNELS;
    long buffer = pixels * CHANNELS + VECTORS * LANES; /* vectors reach beyond the last patch */
    long out_height = height - KERNEL + 1, out_width = width - KERNEL + 1;
    float *group_x = calloc(buffer, sizeof(float));
    float *group_gradient = calloc(BUFFERS * buffer, sizeof(float));
    int32_t *offsets = malloc(out_height * out_width * sizeof(int32_t));
    Entry *entries = malloc(channels * positions * sizeof(Entry));
    int *counts = malloc(channels * sizeof(int));
    int failed = !group_x || !group_gradient || !offsets || !entries || !counts;

    for (long i = 0; !failed && i < out_height * out_width; i++)
        offsets[i] = i / out_width * row + i % out_width * CHANNELS;
    for (long image = 0; !failed && image < batch; image++)
        for (long group = 0; group < groups; group++) {
            long in = image * pixels * all_inputs + group * CHANNELS;
            long out = image * positions * all_channels + group * channels;
            for (long i = 0; i < pixels; i++)
                memcpy(group_x + i * CHANNELS, x + in + i * all_inputs, CHANNELS * sizeof(float));
            list_entries(positions, channels, all_channels, offsets, gradient + out, outputs + out,
                         places + out, entries, counts);
            for (long c = 0, all = group * channels; c < channels; c++, all++)
                add_weight_gradient(entries + c * positions, counts[c], group_x, row,
                                    weight_gradient + all, bias_gradient + all);
            if (!x_gradient) continue;
            memset(group_gradient, 0, BUFFERS * buffer * sizeof(float));
            for (long c = 0; c < channels; c++)
                add_input_gradient(entries + c * positions, counts[c], weight + group * channels + c,
                                   row, buffer, group_gradient);
            for (long i = 0; i < pixels; i++)
                for (int c = 0; c < CHANNELS; c++) {
                    const float *parts = group_gradient + i * CHANNELS + c;
                    float sum = 0;
                    for (int b = 0; b < BUFFERS; b++) sum += parts[b * buffer];
                    x_gradient[in + i * all_inputs + c] = sum;
                }
        }
    free(group_x);
    free(group_gradient);
    free(offsets);
    free(entries);
    free(counts);
    return failed;
}
