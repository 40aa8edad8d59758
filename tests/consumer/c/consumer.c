// Uses enough of the library to need most of what it was built from.
#include <stdio.h>
#include <string.h>

#include "tutela/tutela.h"

int main(void) {
    tutela_error error = {TUTELA_OK, ""};
    tutela_hash256 zero;
    tutela_hash256 ones;
    tutela_list_builder* builder = NULL;
    tutela_list* list = NULL;
    tutela_scanner* scanner = NULL;
    memset(&zero, 0, sizeof zero);
    memset(&ones, 0xff, sizeof ones);
    const bool good = tutela_list_builder_create(&builder, &error) == TUTELA_OK &&
                      tutela_list_builder_add(builder, &zero, "a", NULL, NULL, &error) == TUTELA_OK &&
                      tutela_list_builder_build(builder, &list, &error) == TUTELA_OK &&
                      tutela_scanner_create(list, NULL, &scanner, &error) == TUTELA_OK;
    tutela_scanner_destroy(scanner);
    tutela_list_destroy(list);
    tutela_list_builder_destroy(builder);
    printf("tutela %s, distance %u\n", tutela_version(), (unsigned)tutela_hash256_distance(&zero, &ones));
    return good ? 0 : 1;
}
