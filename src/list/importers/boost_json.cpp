// Boost.JSON, compiled in here once: whoever uses Tutela need not link it.
#include <boost/json/src.hpp>
