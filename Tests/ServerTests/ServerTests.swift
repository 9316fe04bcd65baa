import Testing

/// The real program: processes, files, sockets, signals. One test at a time: each has servers of its own, and a machine
/// with two cores is quickly made to wait for itself.
@Suite(.serialized) struct `The server` {}
