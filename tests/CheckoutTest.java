package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.nio.file.Files;
import java.nio.file.Path;

class CheckoutTest {

    @Test
    void listsThisFile() {
        assertTrue(Checkout.javaFiles().contains(Path.of("tests/CheckoutTest.java")));
        assertTrue(Files.exists(Checkout.root().resolve("tests/CheckoutTest.java")));
    }

    @Test
    void knowsAShellFileByItsFirstLine() {
        assertTrue(Checkout.shellFiles().contains(Path.of("jbang")));
        assertEquals("#!/bin/sh", Checkout.shebang(Path.of("jbang")));
        assertFalse(Checkout.shellFiles().contains(Path.of("jbang-catalog.json")));
    }
}
