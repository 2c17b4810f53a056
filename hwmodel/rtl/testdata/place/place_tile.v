// A tile with more ports than a chip has pins, for place-and-route: its inputs come
// from a shift register and its outputs leave through another, which costs no time
// that the tile would have.
module place_tile #(parameter ROWS = 16, parameter COLS = 16) (input clk, input in, output out);
    localparam BITS = $clog2(ROWS);
    localparam IN = 4 + BITS + 11 * COLS, OUT = 35 + BITS;
    reg [IN-1:0] port;
    always @(posedge clk) port <= {port[IN-2:0], in};

    wire ready, valid, last;
    wire [BITS-1:0] row;
    wire [31:0] y;
    pent_tile #(.ROWS(ROWS), .COLS(COLS)) tile (
        .clk(clk), .rst(port[0]), .load(port[1]), .start(port[2]), .accumulate(port[3]),
        .load_row(port[4+:BITS]), .load_weights(port[4+BITS+:3*COLS]), .x(port[4+BITS+3*COLS+:8*COLS]),
        .ready(ready), .valid(valid), .row(row), .last(last), .y(y)
    );

    reg [OUT-1:0] results;
    always @(posedge clk) results <= {results[OUT-2:0], 1'b0} ^ {ready, valid, last, row, y};
    assign out = results[OUT-1];
endmodule
