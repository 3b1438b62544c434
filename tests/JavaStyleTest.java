package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class JavaStyleTest {

    @Test
    void indentsByFour() throws Exception {
        assertEquals("class A {\n    int b;\n}\n", JavaStyle.format("class A {\n  int b;\n}\n"));
    }

    @Test
    void leavesWhatJBangReadsAsItIs() throws Exception {
        String directives =
                """
                ///usr/bin/env jbang "$0" "$@" ; exit $?
                //JAVA 17+
                //DEPS info.picocli:picocli:4.7.7
                //SOURCES lib/AFileWithAVeryLongName.java that is far longer than the hundred columns of a line
                """;
        assertEquals(directives + "class A {}\n", JavaStyle.format(directives + "class A { }\n"));
    }

    @Test
    void setsOtherCommentsApartFromTheirSlashes() throws Exception {
        assertEquals("// why\nclass A {}\n", JavaStyle.format("//why\nclass A {}\n"));
    }
}
