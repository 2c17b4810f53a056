// A digital crossbar: ROWS word lines cross COLS bit lines, a pent in each crossing,
// and all y[j] = w[0][j]*x[0] + w[1][j]*x[1] + ... form at once, from one bit of every
// x a cycle, the highest first.
//
// Cells add their code where the bit of x is one. A reference line of cells of weight 1
// counts what the offset of the codes adds to every bit line; twice its sum is
// subtracted. CHECKS more bit lines hold the sum of each word line's pents as a
// balanced base-5 number, the lowest digit first, so that in every product
//
//   y[0] + ... + y[COLS-1] = c[0] + 5*c[1] + 25*c[2] + ...
//
// Any error of one cell, bit line or accumulator breaks the equation (Huang and
// Abraham, "Algorithm-based fault tolerance for matrix operations", 1984).
//
// load   writes load_cells, bit line j in [3j+:3] with the checksums from j = COLS
//        on, to word line load_row; not during a product
// start  begins a product of x, word line i in [8i+:8], when ready
// valid  y is the product, bit line j in [WIDTH*j+:WIDTH]; it stays until the next
//        start
// ok     with valid: the equation holds
//
// Latency: valid 12 cycles after start, whatever the size; the next product may start
//          then.
// Bounds:  (5^CHECKS-1)/2 at least 2*COLS; codes 0 to 4; any x.
module pent_crossbar #(
    parameter ROWS = 16,
    parameter COLS = 16,
    parameter CHECKS = 3,
    parameter WIDTH = 10 + $clog2(ROWS)  // of a bit line's sum, derived
) (
    input                          clk,
    input                          rst,
    input                          load,
    input  [$clog2(ROWS)-1:0]      load_row,
    input  [3*(COLS+CHECKS)-1:0]   load_cells,
    input                          start,
    input  [8*ROWS-1:0]            x,
    output                         ready,
    output                         valid,
    output                         ok,
    output [WIDTH*COLS-1:0]        y
);
    localparam LINES = COLS + CHECKS;
    localparam COUNT = 2 + $clog2(ROWS + 1);      // bits of a sum of codes
    localparam TOTAL = WIDTH + $clog2(COLS) + 1;  // bits of the sum of all bit lines

    // Cycle 0 takes x; its bits go out in cycles 1 to 8, are summed by 2 to 9, and
    // accumulated by 3 to 10; cycle 11 adds the bit lines up, 12 compares.
    reg [12:1]       stage;
    reg [8*ROWS-1:0] x_q;
    reg              done;
    wire             begins = start & ready;
    assign ready = ~|stage[11:1];

    integer i;
    always @(posedge clk) begin
        stage <= {stage[11:1], begins} & {12{~rst}};
        done <= (stage[11] | done) & ~rst;
        for (i = 0; i < ROWS; i = i + 1) x_q[8*i+:8] <= begins ? x[8*i+:8] : {x_q[8*i+:7], 1'b0};
    end

    wire [ROWS-1:0] bits;
    genvar r, c;
    generate
        for (r = 0; r < ROWS; r = r + 1) begin : word_line
            reg [3*LINES-1:0] cells;
            always @(posedge clk) if (load & load_row == r) cells <= load_cells;
            assign bits[r] = x_q[8*r+7];
        end
    endgenerate

    // The reference line.
    reg [COUNT-1:0] reference;
    reg [COUNT-1:0] ones;
    always @* begin
        ones = 0;
        for (i = 0; i < ROWS; i = i + 1) ones = ones + bits[i];
    end
    always @(posedge clk) reference <= ones;

    wire [WIDTH*LINES-1:0] lines;
    assign y = lines[WIDTH*COLS-1:0];
    generate
        for (c = 0; c < LINES; c = c + 1) begin : bit_line
            wire [3*ROWS-1:0] column;
            for (r = 0; r < ROWS; r = r + 1) begin : crossing
                assign column[3*r+:3] = word_line[r].cells[3*c+:3] & {3{bits[r]}};
            end

            reg [COUNT-1:0] codes, codes_q;
            integer k;
            always @* begin
                codes = 0;
                for (k = 0; k < ROWS; k = k + 1) codes = codes + column[3*k+:3];
            end
            always @(posedge clk) codes_q <= codes;

            // The highest bit of x weighs -128, so its sum starts as a negative.
            wire signed [COUNT+1:0] plane = $signed({2'b00, codes_q}) - $signed({1'b0, reference, 1'b0});
            reg signed  [WIDTH-1:0] sum;
            always @(posedge clk) begin
                if (stage[2]) sum <= -plane;
                else if (|stage[9:3]) sum <= (sum <<< 1) + plane;
            end
            assign lines[WIDTH*c+:WIDTH] = sum;
        end
    endgenerate

    reg signed [TOTAL-1:0] product, check;
    reg signed [TOTAL-1:0] product_sum, check_sum;
    reg                    equal;
    integer j;
    always @* begin
        product_sum = 0;
        for (j = 0; j < COLS; j = j + 1) product_sum = product_sum + $signed(lines[WIDTH*j+:WIDTH]);
        check_sum = 0;  // Horner's rule
        for (j = LINES - 1; j >= COLS; j = j - 1) check_sum = (check_sum <<< 2) + check_sum + $signed(lines[WIDTH*j+:WIDTH]);
    end
    always @(posedge clk) begin
        product <= product_sum;
        check <= check_sum;
        equal <= product == check;
    end

    assign valid = done & ready;
    assign ok = equal;
endmodule
