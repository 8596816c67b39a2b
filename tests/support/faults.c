#include "support/faults.h"
