//! What other users of the machine, and other processes of the same user, can see of us: nothing.
